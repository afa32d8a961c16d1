import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { err, ok, type Result } from '../values/result.ts'
import type { Typed } from './flags.ts'
import { listTasks } from './list.ts'
import { titleMatches } from './title.ts'

/** `--tags`, `--skip-tags` and `--start-at` that match nothing, or leave nothing, are mistakes: found on a listing, before anybody is contacted. */
export async function emptySelection(typed: Typed, listing: Parameters<typeof listTasks>[0]): Promise<Result<undefined, readonly Diagnostic[]>> {
  if (typed.has('allow-empty') || !(typed.has('tags') || typed.has('skip-tags') || typed.has('start-at'))) return ok(undefined)
  const { titles, known, depends } = await listTasks(listing)
  const { tags, skip } = listing.tags
  const strange = [...new Set([...tags, ...skip])].filter((tag) => !known.includes(tag) && tag !== 'always' && tag !== 'never')
  const problems = strange.map((tag): Diagnostic => ({ message: `no role and no task has the tag "${tag}"`, hint: `${suggest(tag, known) ?? `there is: ${known.join(', ')}`}${depends ? '; a role that depends on its host was not listed to its end: say --allow-empty when the tag is there' : ''}` }))
  // On a real host there may be tasks that an empty one does not show.
  if (strange.length === 0 && skip.length > 0 && titles.length === 0 && !depends) problems.push({ message: `--skip-tags ${skip.join(',')} leaves no task`, hint: 'say --allow-empty when that is fine' })
  const start = typed.one('start-at')
  if (start !== undefined && strange.length === 0 && !titles.some((title) => titleMatches(start, title))) problems.push({ message: `no task is called "${start}"`, hint: '--list-tasks shows all; * stands for anything' })
  return problems.length > 0 ? err(problems) : ok(undefined)
}
