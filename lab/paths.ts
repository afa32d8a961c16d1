import { fileURLToPath } from 'node:url'

/** Where the lab keeps everything: the folder named by `HOSTWRIGHT_LAB`, or `/var/lib/hostwright-lab`. */
export const labFolder = process.env['HOSTWRIGHT_LAB'] ?? '/var/lib/hostwright-lab'

/** The lab's network is 10.N.0.0/24: the N named by `HOSTWRIGHT_LAB_NET`, or 77. A second lab needs another, and another folder. */
export const labNetwork = Number(process.env['HOSTWRIGHT_LAB_NET'] ?? 77)

/** What everything of this lab in the kernel is called: bridge, cables, network namespaces, control groups. */
export const labPrefix = `hwlab${labNetwork}`

/** The checkout: hidden from lab hosts, and where `setup.sh` and the demo app are read from. */
export const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** This folder's own scripts. */
export const labSource = `${checkout}/lab`

export const cacheFolder = `${labFolder}/cache`
export const sshFolder = `${labFolder}/ssh`
export const clientKey = `${sshFolder}/id_ed25519`
export const knownHosts = `${sshFolder}/known_hosts`
export const hostsFolder = `${labFolder}/hosts`

/** The tree every host starts from: this machine's `/`, masked and made a host. Mounted while any host is up. */
export const freshTree = `${labFolder}/fresh`

/** Folders of one host. `root` is its merged file tree, `upper` only what differs from a fresh host. */
export function hostFolders(name: string) {
  const folder = `${hostsFolder}/${name}`
  return { folder, root: `${folder}/root`, upper: `${folder}/upper`, work: `${folder}/work`, docker: `${folder}/docker`, log: `${folder}/init.log` }
}
