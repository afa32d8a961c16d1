import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Target } from '../hosts/target.ts'
import type { Field, Ready } from './engine.ts'
import { timedWell } from './timed.ts'
import { RUNNER } from './typescript.ts'

const CHILD = fileURLToPath(new URL('bare-process.ts', import.meta.url))

/** What is asked of one host. */
export interface Ask {
  readonly command: string
  readonly stdin: string
  /** What it has to answer; not given: a number, which is what it changed, or nothing. */
  readonly expect?: string
}

/** What bare-process.ts says when all hosts are done: when it began with them, what it changed. */
const Said = z.strictObject({ began: z.int(), changed: z.int().optional() })

/** ssh2 and nothing else, in a process of its own, started as an engine would be: all hosts at once, one command each. */
export function bareRun({ targets, folder }: Field, askOf: (target: Target) => Ask): Ready {
  const job = `${folder}/job.json`
  writeFileSync(job, JSON.stringify(targets.map((target) => ({ target, ask: askOf(target) }))))
  return {
    version: 'ssh2',
    async run() {
      const started = Date.now()
      const { stdout, wallMs } = await timedWell([...RUNNER, CHILD, job], { env: { HOME: folder, NODE_COMPILE_CACHE: `${folder}/cache` }, cwd: folder })
      const { began, changed } = Said.parse(JSON.parse(stdout))
      return { wallMs, startMs: began - started, ...(changed !== undefined && { changed }) }
    },
  }
}
