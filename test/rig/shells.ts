import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fact } from '../../engine/facts/fact.ts'
import type { Step } from '../../engine/tasks/change.ts'
import type { Content } from '../../engine/values/content.ts'

/** A shell and the tools that go with it: what a host may have. */
export interface Shell {
  readonly name: string
  /** Found first by everything the script starts; `sh` among it. */
  readonly path: string
}

const USUAL = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const home = mkdtempSync(join(tmpdir(), 'hostwright-shells-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

/** A directory of programs, by links. */
function programs(name: string, fill: (directory: string) => void): string {
  const directory = mkdtempSync(join(home, `${name}-`))
  fill(directory)
  return directory
}

const dash = programs('dash', (at) => symlinkSync('/usr/bin/dash', join(at, 'sh')))
const bash = programs('bash', (at) => symlinkSync('/usr/bin/bash', join(at, 'sh')))
const busybox = programs('busybox', (at) => void execFileSync('busybox', ['--install', '-s', at]))

/** dash and bash with GNU tools; busybox with its own, which come first. Their programs are gone when the process ends. */
export const shells: readonly Shell[] = [
  { name: 'dash', path: `${dash}:${USUAL}` },
  { name: 'bash', path: `${bash}:${USUAL}` },
  { name: 'busybox', path: `${busybox}:${USUAL}` },
]

/** Only what busybox has: a host without curl, bash and the like. */
export const busyboxAlone: Shell = { name: 'busybox alone', path: busybox }

/** A host with these programs of GNU and no others. */
export function only(...names: readonly string[]): Shell {
  const path = programs('only', (at) => {
    for (const name of names) symlinkSync(`/usr/bin/${name}`, join(at, name))
    symlinkSync('/usr/bin/dash', join(at, 'sh'))
  })
  return { name: `only ${names.at(-1) ?? 'sh'}`, path }
}

/** Does a step of a change by these tools, as the engine would. */
export function perform(step: Step | undefined, shell: Shell): { code: number | null; stdout: string; stderr: string } {
  assert(step?.kind === 'run', 'a command')
  const [program = '', ...args] = step.argv
  const { status, stdout, stderr } = spawnSync('/usr/bin/env', ['-i', `PATH=${shell.path}`, 'LC_ALL=C', ...Object.entries(step.env ?? {}).map(([key, value]) => `${key}=${value}`), program, ...args], {
    input: step.stdin ? bytesOf(step.stdin) : '',
    encoding: 'utf8',
    timeout: 60_000,
    ...(step.directory !== undefined && { cwd: step.directory }),
  })
  return { code: status, stdout, stderr }
}

/** All pieces of a content; each is good until the next only. */
export function bytesOf(content: Content): Buffer {
  const pieces: Buffer[] = []
  for (const piece of content.chunks()) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

/** Reads facts of one kind by these tools, as the engine would. */
export function readWith<T>(shell: Shell, facts: readonly Fact<T>[]): readonly unknown[] {
  const [kind, args] = [facts[0]?.kind, facts.map(({ arg }) => arg)]
  assert(kind)
  const script = `hw_mark() { printf '<mark>\\n'; }\n( ${kind.reader(args)}\n) </dev/null\n`
  const { stdout } = spawnSync('/usr/bin/env', ['-i', `PATH=${shell.path}`, 'LC_ALL=C', 'sh', '-c', script], { timeout: 60_000 })
  return kind.parse(stdout.toString('latin1').split('<mark>\n').map((section) => Buffer.from(section, 'latin1')), args)
}

/** What a kind of fact makes of an answer that was recorded. `{mark}` stands for the mark between two facts that are asked one by one. */
export function parsed<T>(facts: readonly Fact<T>[], answer: string): readonly unknown[] {
  const kind = facts[0]?.kind
  assert(kind)
  return kind.parse(answer.split('{mark}\n').map((section) => Buffer.from(section)), facts.map(({ arg }) => arg))
}
