import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { median } from '../figures/numbers.ts'

const Stamped = z.object({ type: z.string(), at: z.string(), host: z.string().optional() })

/** How long each host was at work, from its role to its end, milliseconds. Waiting for its turn is not in it. */
export function hostTimes(events: string): { readonly p50: number; readonly p95: number; readonly max: number } {
  const began = new Map<string, number>()
  const took: number[] = []
  for (const line of readFileSync(events, 'utf8').trim().split('\n')) {
    const { type, at, host = '' } = Stamped.parse(JSON.parse(line))
    if (type === 'role') began.set(host, Date.parse(at))
    if (type === 'host-done') took.push(Date.parse(at) - (began.get(host) ?? Number.NaN))
  }
  took.sort((a, b) => a - b)
  return { p50: median(took), p95: took[Math.floor(took.length * 0.95)] ?? Number.NaN, max: took.at(-1) ?? Number.NaN }
}
