import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { err, ok, type Result } from '../values/result.ts'
import type { Typed } from './flags.ts'
import { listTasks } from './list.ts'
import { isMeant } from './title.ts'

type Listing = Parameters<typeof listTasks>[0]

/** `--tags`, `--skip-tags` and `--start-at` that match nothing, or leave nothing, are mistakes: found on a listing, before anybody is contacted. */
export async function emptySelection(typed: Typed, listing: Listing): Promise<Result<undefined, readonly Diagnostic[]>> {
  if (typed.has('allow-empty') || !(typed.has('tags') || typed.has('skip-tags') || typed.has('start-at'))) return ok(undefined)
  const { named, known, depends } = await listTasks(listing)
  const { tags, skip } = listing.tags
  const strange = [...new Set([...tags, ...skip])].filter((tag) => !known.includes(tag) && tag !== 'always' && tag !== 'never')
  const problems = strange.map((tag): Diagnostic => ({ message: `no role and no task has the tag "${tag}"`, hint: `${suggest(tag, known) ?? `there is: ${known.join(', ')}`}${depends ? '; a role that depends on its host was not listed to its end: say --allow-empty when the tag is there' : ''}` }))
  const start = typed.one('start-at')
  // On a real host there may be tasks that an empty one does not show.
  if (start === undefined && strange.length === 0 && skip.length > 0 && named.length === 0 && !depends) problems.push({ message: `--skip-tags ${skip.join(',')} leaves no task`, hint: 'say --allow-empty when that is fine' })
  if (start !== undefined && strange.length === 0 && !named.some((task) => isMeant(start, task))) problems.push(await noStart(start, listing, known))
  return problems.length > 0 ? err(problems) : ok(undefined)
}

/** Why there is nothing to begin at: no task is called so, or tags leave out the one that is. */
async function noStart(start: string, { plays, inventory, tags }: Listing, known: readonly string[]): Promise<Diagnostic> {
  // Tasks without any tag, and those that run only when they are asked for.
  const all = await Promise.all([{ tags: [], skip: [] }, { tags: [...known, 'never'], skip: [] }].map((choice) => listTasks({ plays, inventory, tags: choice })))
  if (!all.some(({ named }) => named.some((task) => isMeant(start, task)))) return { message: `no task is called "${start}"`, hint: '--list-tasks shows all; * stands for anything' }
  const flags = [...(tags.tags.length > 0 ? [`--tags ${tags.tags.join(',')}`] : []), ...(tags.skip.length > 0 ? [`--skip-tags ${tags.skip.join(',')}`] : [])].join(' ')
  return { message: `the task "${start}" is there, and ${flags === '' ? 'its tag "never"' : flags} leaves it out`, hint: `--list-tasks${flags === '' ? '' : ` ${flags}`} shows what is left to begin at` }
}
