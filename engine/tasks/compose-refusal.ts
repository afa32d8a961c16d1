import { refuse, type Refusal } from './change.ts'
import type { ComposeFile } from './compose-file.ts'
import type { Seen } from './compose-plan.ts'
import type { Project } from './compose-steps.ts'
import { listed, nameOf } from './compose-verdict.ts'
import { covers, type Wish, type WishParams } from './compose-wish.ts'

/** As Compose makes a name of a directory. */
export const nameOfDirectory = (directory: string): string =>
  directory.slice(directory.lastIndexOf('/') + 1).toLowerCase().replace(/[^a-z0-9_-]/g, '').replace(/^[_-]+/, '')

/** What must not be begun at all. */
export function mustNotBegin(p: WishParams, { directory, name, file: fileName }: Project, file: ComposeFile, wish: Wish, { now, networks }: Seen): Refusal | undefined {
  const nameByHand = file.name ?? nameOfDirectory(directory)
  if (nameByHand !== name)
    return refuse(`the project is "${name}" here and "${nameByHand}" for whoever works in ${directory}: there would be two of it`, `write \`name: ${name}\` into ${fileName}, or leave the param name out`)
  const stranger = strangerIn(now, directory)
  if (stranger !== undefined) return refuse(`the project "${name}" runs from ${stranger}`, 'give one of them another name')
  const unknown = [...(p.services ?? []), ...p.reload.map(({ service }) => service)].find((service) => !file.services.has(service))
  if (unknown !== undefined) return refuse(`${fileName} has no service "${unknown}"`, `it has: ${[...file.services.keys()].join(', ')}`)
  const missing = file.externalNetworks.filter((network) => !networks.has(network))
  if (missing.length > 0) return refuse(`the network ${listed(missing)} does not exist`, `make it before: dockerNetwork({ name: '${missing[0] ?? ''}' })`)
  const redefined = [...file.volumes].find(([volume, sum]) => now.volumes.includes(volume) && (now.record?.volumes.get(volume) ?? sum) !== sum)
  if (redefined)
    return refuse(`the volume "${redefined[0]}" is described differently now, and can only be made anew: its data would be lost`, `put the description back; or save the data, docker compose down, docker volume rm, and run again`)
  for (const { service, paths } of p.reload) {
    const pinned = file.services.get(service)?.sees.find((source) => covers(paths, source) && wish.services.some(({ reloads }) => reloads?.has(source)))
    if (pinned !== undefined) return refuse(`${service} mounts the single file ${nameOf(pinned, directory)}, and would go on seeing the old one`, 'mount the directory it stands in')
  }
  return undefined
}

/** The other directory that a project of this name was brought up from. */
export const strangerIn = ({ containers }: Seen['now'], directory: string): string | undefined => containers.find(({ directory: from }) => from !== '' && from !== directory)?.directory

/** A file that Compose reads for a service (`env_file`, `extends`) and that nobody here looks at: a change of it would pass for nothing to do. */
export function unseen(file: ComposeFile, looked: readonly string[], hint: string): Refusal | undefined {
  for (const [name, { reads }] of file.services) {
    const at = reads.find((each) => !each.includes('$') && !covers(looked, each))
    if (at !== undefined) return refuse(`${name} reads ${at}, whose content is not looked at: a change of it would not be seen`, hint)
  }
  return undefined
}
