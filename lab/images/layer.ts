import { createHash } from 'node:crypto'
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, createReadStream } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { closure, type Suite, unpacked } from '../packages.ts'
import { cacheFolder, labSource } from '../paths.ts'
import { run } from '../run.ts'

/** One layer: the files of some Debian packages and of a folder of ours, without installation scripts. */
export interface Layer {
  readonly name: string
  readonly suite: Suite
  /** Taken with the libraries they depend on, but those of the base layer. */
  readonly packages: readonly string[]
  /** Take `packages` only, nothing they depend on. */
  readonly alone?: boolean
  /** Folders to make, with owner (default root), group (default the owner) and mode (default 0755). */
  readonly folders?: Readonly<Record<string, { readonly owner?: number; readonly group?: number; readonly mode?: number }>>
  /** Put busybox at every name it answers to. */
  readonly busybox?: boolean
  /** Files of our own, below lab/. Default: `images/NAME/rootfs`, where there is one. */
  readonly rootfs?: string
}

/** A layer as images name it: its tar, and the digest of that. */
export interface BuiltLayer {
  readonly name: string
  readonly tar: string
  readonly digest: string
}

/** What packages bring that no container of ours looks at: 100 MB of bitcode and manuals. */
const pruned = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/lintian', 'usr/share/info', 'usr/share/bug', 'usr/lib/postgresql/15/lib/bitcode', 'usr/lib/systemd', 'lib/systemd', 'etc/init.d', 'etc/redis']

/** Libraries, but not those that only the maintainer scripts or the JIT need. */
const library = /^(zlib|lib)(?!llvm|z3|perl|semanage|sepol|gdbm|.*-perl$)/

/** Builds a layer into `folder`. The same packages and files give the same digest: owner, order and times are fixed. */
export async function buildLayer(layer: Layer, folder: string): Promise<BuiltLayer> {
  const tree = `${folder}/${layer.name}`
  mkdirSync(tree, { recursive: true })
  if (layer.packages.length > 0) await run(['cp', '-a', `${await packagesOf(layer)}/.`, tree])
  for (const path of pruned) rmSync(`${tree}/${path}`, { recursive: true, force: true })
  for (const [path, { owner = 0, group = owner, mode = 0o755 }] of Object.entries(layer.folders ?? {})) {
    mkdirSync(tree + path, { recursive: true })
    chownSync(tree + path, owner, group)
    chmodSync(tree + path, mode)
  }
  if (layer.busybox === true) await linkBusybox(tree)
  const own = `${labSource}/${layer.rootfs ?? `images/${layer.name}/rootfs`}`
  if (existsSync(own)) cpSync(own, tree, { recursive: true, verbatimSymlinks: true })
  const tar = `${folder}/${layer.name}.tar`
  await run(['tar', '--sort=name', '--numeric-owner', '--mtime=@0', '-C', tree, '-cf', tar, '.'])
  rmSync(tree, { recursive: true })
  return { name: layer.name, tar, digest: await sha256(tar) }
}

async function packagesOf({ name, suite, packages, alone = false }: Layer): Promise<string> {
  const key = `${name}-${createHash('sha256').update(JSON.stringify([suite, packages, alone, library.source])).digest('hex').slice(0, 12)}`
  const folder = `${cacheFolder}/packages/${key}`
  if (existsSync(folder)) return folder
  const inBase = name === 'base' || alone ? [] : await closure(suite, ['libc6', 'libgcc-s1'])
  const all = alone ? packages : await closure(suite, packages)
  return unpacked(key, suite, all.filter((one) => packages.includes(one) || (library.test(one) && !inBase.includes(one))))
}

async function linkBusybox(tree: string): Promise<void> {
  for (const path of (await run([`${tree}/bin/busybox`, '--list-full'])).split('\n').filter(Boolean)) {
    mkdirSync(dirname(`${tree}/${path}`), { recursive: true })
    if (lstatSync(`${tree}/${path}`, { throwIfNoEntry: false }) === undefined) symlinkSync('/bin/busybox', `${tree}/${path}`)
  }
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
