import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import type { Typed } from './flags.ts'
import { listTasks } from './list.ts'
import { titleMatches } from './title.ts'

/** `--tags` and `--start-at` that match nothing are mistakes, found on a listing before anybody is contacted. */
export async function emptySelection(typed: Typed, listing: Parameters<typeof listTasks>[0]): Promise<Diagnostic | undefined> {
  if (typed.has('allow-empty') || !(typed.has('tags') || typed.has('start-at'))) return undefined
  const { titles, known } = await listTasks(listing)
  const wanted = typed.all('tags').flatMap((each) => each.split(','))
  const strange = wanted.filter((tag) => !known.includes(tag))
  if (strange.length > 0) return { message: `no role and no task has the tag ${strange.map((tag) => `"${tag}"`).join(', ')}`, hint: `there is: ${known.join(', ')}` }
  const start = typed.one('start-at')
  if (start !== undefined && !titles.some((title) => titleMatches(start, title))) return { message: `no task is called "${start}"`, hint: '--list-tasks shows all; * stands for anything' }
  return undefined
}
