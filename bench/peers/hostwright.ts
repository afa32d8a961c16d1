import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { inventoryOf } from '../hosts/target.ts'
import type { Engine, Field, Ready, Run } from './engine.ts'
import { timed } from './timed.ts'
import { RUNNER } from './typescript.ts'

const LOADER = import.meta.resolve('tsx')
const MANIFEST = new URL('../../package.json', import.meta.url)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The events that are read: when the run began its work, and what it did. */
const Begun = z.object({ type: z.literal('run'), at: z.string() })
const Recap = z.object({ type: z.literal('recap'), changed: z.int(), hosts: z.record(z.string(), z.object({ roundTrips: z.int(), bytesSent: z.int() })) })
const TROUBLE = /^{"type":"(?:failure|unreachable|bug|play-stopped)"/
export type Recap = z.output<typeof Recap>

/** As its user runs it: `hostwright batch -i inventory`. It writes its events into a file besides, to tell how long the start was. */
export const hostwright: Engine = {
  name: 'hostwright',
  title: 'hostwright',
  does: 'whole',
  prepare: async (field) => playbookRun('batch', field),
}

/** Ways to run it other than a user's: more flags, or in one process of Node with something loaded before (tsx starts two). */
export interface Otherwise {
  readonly flags?: readonly string[]
  readonly preload?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface PlaybookRun extends Run {
  readonly startMs: number
  readonly changed: number
  readonly recap: Recap
  /** The file with its events, until the next run. */
  readonly events: string
}

export interface PlaybookReady extends Ready {
  run(): Promise<PlaybookRun>
}

/** One playbook of the bench, whole: start-up, connections, work, report. By `hostwright NAME`, in a folder that has the playbooks of the bench; with a preload, as a script. */
export function playbookRun(playbook: 'batch' | 'steps' | 'wide' | 'send', { targets, folder }: Pick<Field, 'targets' | 'folder'>, otherwise: Otherwise = {}): PlaybookReady {
  const inventory = `${folder}/hosts.yml`
  writeFileSync(inventory, inventoryOf(targets))
  if (otherwise.preload !== undefined) return scriptRun(here(`../playbooks/${playbook}.ts`), { inventory, folder, cwd: folder }, otherwise)
  if (!existsSync(`${folder}/playbooks`)) symlinkSync(here('../playbooks'), `${folder}/playbooks`)
  return commandRun([process.execPath, here('../../engine/cli/bin.js'), playbook], { inventory, folder, cwd: folder }, otherwise)
}

interface Where {
  readonly inventory: string
  /** Its HOME, and where its events go. */
  readonly folder: string
  /** Where it is started. */
  readonly cwd: string
}

/** Any playbook, by its file: `tsx playbook.ts`, or `node` where that reads TypeScript. */
export function scriptRun(script: string, where: Where, otherwise: Otherwise = {}): PlaybookReady {
  const { preload } = otherwise
  const program: readonly [string, ...string[]] = preload === undefined ? RUNNER : [process.execPath, '--import', LOADER, '--import', preload]
  return commandRun([...program, script], where, otherwise)
}

function commandRun(command: readonly [string, ...string[]], { inventory, folder, cwd }: Where, { flags = [], env = {} }: Otherwise): PlaybookReady {
  const events = `${folder}/events`
  return {
    version: z.object({ version: z.string() }).parse(JSON.parse(readFileSync(MANIFEST, 'utf8'))).version,
    async run() {
      rmSync(events, { force: true }) // a run adds to what is there
      const began = Date.now()
      const { wallMs, code, stderr } = await timed([...command, '-i', inventory, '--events', events, ...flags], { env: { HOME: folder, ...env }, cwd })
      const lines = existsSync(events) ? readFileSync(events, 'utf8').trim().split('\n') : []
      if (code !== 0) throw new Error([`${command.join(' ')} ended with ${code}`, ...lines.filter((line) => TROUBLE.test(line)).slice(0, 10), stderr].join('\n'))
      const { at } = Begun.parse(JSON.parse(lines[0] ?? ''))
      const recap = Recap.parse(JSON.parse(lines.at(-1) ?? ''))
      return { wallMs, startMs: Date.parse(at) - began, changed: recap.changed, recap, events }
    },
  }
}
