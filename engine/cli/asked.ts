import { z } from 'zod'
import type { Fact } from '../facts/fact.ts'
import { read, write, type Written } from '../facts/written.ts'
import { ReadAhead } from '../host/ahead.ts'
import { redact } from '../values/redact.ts'
import { keptFile, readKept, writeKept } from './kept-file.ts'

/** What the last run of a playbook asked its hosts: kinds and arguments of facts, no answers. Hosts mostly are asked the same, so each fact stands there once. */
const Asked = z.object({
  version: z.literal(1),
  facts: z.array(z.tuple([z.string(), z.union([z.string(), z.array(z.string())])])),
  hosts: z.record(z.string(), z.array(z.int().min(0))),
})

/** Of one host: more than this is not guessed. */
const MOST = 2_000

/** Of all hosts; a file that cannot be used costs a turn, no more. */
export async function guessAhead(cwd: string, playbook: string, sources: readonly string[], hosts: readonly string[]): Promise<ReadAhead> {
  const guesses = new Map<string, Fact<unknown>[]>()
  const kept = await readAsked(keptFile(cwd, playbook, sources, '.asked'))
  const facts = kept.facts.map(read)
  for (const host of hosts) guesses.set(host, (kept.hosts[host] ?? []).flatMap((index) => facts[index] ?? []))
  return new ReadAhead(guesses)
}

/** Keeps what these hosts were asked, and what is known of others. An argument that has a secret in it is not kept. */
export async function keepAsked(cwd: string, playbook: string, sources: readonly string[], ahead: ReadAhead, finished: (host: string) => boolean): Promise<void> {
  const file = keptFile(cwd, playbook, sources, '.asked')
  const before = await readAsked(file) // anew: another run may have ended meanwhile
  const table = new Table()
  const hosts = new Map<string, number[]>()
  for (const [host, indexes] of Object.entries(before.hosts)) hosts.set(host, indexes.flatMap((index) => table.add(before.facts[index])))
  for (const [host, facts] of ahead.asked) if (finished(host)) hosts.set(host, facts.slice(0, MOST).flatMap((fact) => table.add(write(fact))))
  await writeKept(file, { version: 1, facts: table.rows, hosts: Object.fromEntries(hosts) })
}

async function readAsked(file: string): Promise<Pick<z.output<typeof Asked>, 'facts' | 'hosts'>> {
  const kept = await readKept(file, Asked)
  return kept === undefined || kept === 'unusable' ? { facts: [], hosts: {} } : kept.value
}

class Table {
  readonly rows: Written[] = []
  readonly #indexes = new Map<string, number>()

  /** Its index; none for what cannot be kept. */
  add(row: Written | undefined): number[] {
    if (row === undefined) return []
    const key = JSON.stringify(row)
    const known = this.#indexes.get(key)
    if (known !== undefined) return [known]
    if (redact(key) !== key) return []
    this.#indexes.set(key, this.rows.length)
    return [this.rows.push(row) - 1]
  }
}
