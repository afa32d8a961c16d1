import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { CourseResult } from './course.ts'

const FILE = 'bench/results/rollout.json'
const Kept = z.array(z.looseObject({ strategy: z.string(), app: z.string() }))

/** Writes a result into bench/results/rollout.json, in place of the last one of the same strategy and app; a run of some leaves the others. */
export function keep(result: CourseResult, circumstances: object): void {
  const before = existsSync(FILE) ? Kept.parse(JSON.parse(readFileSync(FILE, 'utf8'))) : []
  const others = before.filter(({ strategy, app }) => strategy !== result.strategy || app !== result.app)
  mkdirSync('bench/results', { recursive: true })
  writeFileSync(FILE, `${JSON.stringify([...others, { ...result, ...circumstances }], null, 2)}\n`)
}
