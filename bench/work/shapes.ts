import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { attempt } from '../../lab/run.ts'
import { everywhere } from '../hosts/everywhere.ts'
import { sshArgv, type Target } from '../hosts/target.ts'
import { playbookRun, scriptRun, type PlaybookReady } from '../peers/hostwright.ts'
import { timedWell } from '../peers/timed.ts'
import { ROOT } from '../workload/items.ts'

/** One run, as every shape and peer tells it. */
export interface Cost {
  readonly wallMs: number
  /** Without the start of Node and tsx; undefined where there is none. */
  readonly workMs?: number
  readonly changed?: number
  readonly turns?: number
  readonly bytesSent?: number
}

/** A run of a shape: how it is told, and what is done first, untimed. */
export interface Case {
  readonly shape: string
  readonly run: string
  /** What it must have changed: a run that did other work is no measure. */
  readonly changes?: number
  before?(): Promise<unknown>
  measure(): Promise<Cost>
}

export const BIG = 200_000_000
export const MANY = 1_000

interface Field {
  readonly target: Target
  /** For what is written; gone with the bench. */
  readonly folder: string
  /** Loaded into our process: it writes down the memory. */
  readonly preload: string
  readonly env: Readonly<Record<string, string>>
}

const ours = (ready: PlaybookReady, host: string) => async (): Promise<Cost> => {
  const { wallMs, startMs, changed, recap } = await ready.run()
  return { wallMs, workMs: wallMs - startMs, changed, turns: recap.hosts[host]?.roundTrips ?? Number.NaN, bytesSent: recap.hosts[host]?.bytesSent ?? Number.NaN }
}

const own = (folder: string, name: string) => {
  mkdirSync(`${folder}/${name}`, { recursive: true })
  return `${folder}/${name}`
}

/** A hundred tasks of which one has something to do: a file was changed by hand. And three hundred, one `await` at a time. */
export function taskCases({ target, folder, preload, env }: Field): Case[] {
  const clean = () => everywhere([target], `rm -rf -- ${ROOT}`)
  const batch = ours(playbookRun('batch', { targets: [target], folder: own(folder, 'batch') }, { preload, env }), target.name)
  const steps = ours(playbookRun('steps', { targets: [target], folder: own(folder, 'steps') }, { preload, env }), target.name)
  return [
    { shape: '100 tasks', run: 'fresh', changes: 100, before: clean, measure: batch },
    { shape: '100 tasks', run: 'one of them changed by hand', changes: 1, before: () => everywhere([target], `echo x >>${ROOT}/d7/file`), measure: batch },
    { shape: '100 tasks', run: 'again', changes: 0, measure: batch },
    { shape: '300 tasks, one await at a time', run: 'fresh', changes: 300, before: clean, measure: steps },
    { shape: '300 tasks, one await at a time', run: 'again', changes: 0, measure: steps },
  ]
}

/** A large file of random bytes, and the same over sftp. */
export function bigCases({ target, folder, preload, env }: Field): Case[] {
  const source = `${folder}/big`
  const descriptor = openSync(source, 'w')
  for (let at = 0; at < BIG; at += 10_000_000) writeSync(descriptor, randomBytes(10_000_000))
  closeSync(descriptor)
  const clean = () => everywhere([target], `rm -rf -- ${ROOT} && mkdir ${ROOT} && sync`)
  const send = ours(playbookRun('send', { targets: [target], folder: own(folder, 'send') }, { flags: ['--source', source, '--as', 'file'], preload, env }), target.name)
  const batch = `${folder}/sftp`
  writeFileSync(batch, `put ${source} ${ROOT}/file\n`)
  const [, ...ssh] = sshArgv(target)
  // Options are ssh's; sftp calls the port P, and names the user with the host.
  const words = ssh.slice(0, ssh.indexOf('-l')).map((word) => (word === '-p' ? '-P' : word))
  const shape = '200 MB, one file'
  return [
    { shape, run: 'fresh', changes: 1, before: clean, measure: send },
    { shape, run: 'again', changes: 0, measure: send },
    { shape, run: 'sftp', before: clean, measure: async () => ({ wallMs: (await timedWell(['sftp', '-q', ...words, '-b', batch, `${target.user}@${target.address}`], { env: {}, cwd: folder })).wallMs, bytesSent: BIG }) },
  ]
}

/** A thousand small files in one directory: as a tree, as a task each, and by those who do nothing else. */
export async function manyCases({ target, folder, preload, env }: Field): Promise<Case[]> {
  const source = own(folder, 'many')
  for (let n = 0; n < MANY; n++) writeFileSync(`${source}/file ${n}`, `${n}: ${'some words and the like '.repeat(20 + (n % 50))}\n`)
  const clean = () => everywhere([target], `rm -rf -- ${ROOT} && mkdir ${ROOT}`)
  const as = (way: string) => ours(playbookRun('send', { targets: [target], folder: own(folder, way) }, { flags: ['--source', source, '--as', way], preload, env }), target.name)
  const [tree, files] = [as('tree'), as('files')]
  const peer = (words: (ssh: string) => string): Case['measure'] => async () => ({ wallMs: (await timedWell(['sh', '-c', words(quoted(sshArgv(target)))], { env: {}, cwd: source })).wallMs })
  const shape = '1,000 files, 1 MB'
  const [, ...ssh] = sshArgv(target)
  const rsync = existsSync('/usr/bin/rsync') && (await attempt(['ssh', ...ssh, 'command -v rsync'])).code === 0
  return [
    { shape, run: 'one tree: fresh', changes: 1, before: clean, measure: tree },
    { shape, run: 'one tree: one file changed by hand', changes: 1, before: () => everywhere([target], `echo x >'${ROOT}/files/file 7'`), measure: tree },
    { shape, run: 'one tree: again', changes: 0, measure: tree },
    { shape, run: 'a task a file: fresh', changes: MANY + 1, before: clean, measure: files },
    { shape, run: 'a task a file: again', changes: 0, measure: files },
    { shape, run: 'tar | ssh tar', before: clean, measure: peer((ssh) => `mkdir -p x && rmdir x; tar -cf - . | ${ssh} 'mkdir -p ${ROOT}/files && tar -xf - -C ${ROOT}/files'`) },
    ...(rsync ? [{ shape, run: 'rsync -ac', before: clean, measure: peer((ssh) => `rsync -ac -e "${ssh.replace(/ \S+$/, '')}" ./ ${target.address}:${ROOT}/files/`) }] : []),
  ]
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')

/** The three playbooks, on a lab host that is made fresh before: as an operator runs them, then again. */
export function playbookCases({ target, folder, preload, env }: Field): Case[] {
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const app = ['--app-name', 'web', '--app-image', 'hostwright-lab/web', '--app-domain', 'web.lab', '--tls', 'false', '--app-version', 'v1']
  const reset = () => timedWell([`${cwd}node_modules/.bin/tsx`, 'lab/cli.ts', 'reset', target.name], { env: {}, cwd })
  const words = { infra: [], 'deploy-standalone-services': [], 'deploy-app': app }
  return Object.entries(words).flatMap(([name, own], index): Case[] => {
    const measure = ours(scriptRun(`${cwd}playbooks/${name}.ts`, { inventory: 'lab', folder, cwd }, { flags: ['-l', target.name, ...own], preload, env }), target.name)
    return [
      { shape: name, run: 'fresh', ...(index === 0 && { before: reset }), measure },
      { shape: name, run: 'again', changes: 0, measure },
    ]
  })
}
