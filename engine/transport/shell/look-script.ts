import { GIVEN, Unreadable, type Fact, type FactKind } from '../../facts/fact.ts'
import type { Section } from './collector.ts'

/** Facts grouped by kind, in a fixed order: the script that reads them and the reading of its answer must agree. */
function byKind(facts: readonly Fact<unknown>[]): [FactKind, Fact<unknown>[]][] {
  const groups = new Map<FactKind, Map<string, Fact<unknown>>>()
  const add = (fact: Fact<unknown>): void => {
    if (fact.kind.basis) add(fact.kind.basis(fact.arg)) // before what builds on it
    if (fact.kind !== GIVEN) groups.set(fact.kind, (groups.get(fact.kind) ?? new Map<string, Fact<unknown>>()).set(fact.key, fact))
  }
  for (const fact of facts) add(fact)
  return [...groups].map(([kind, members]) => [kind, [...members.values()]])
}

/** One reader a kind, each in a subshell of its own, with nothing to read from. */
export function lookScript(facts: readonly Fact<unknown>[]): string {
  return byKind(facts)
    .map(([kind, members], index) => `hw_mark look ${index}\n${kind.plain ? '{' : '('} ${kind.reader(members.map((fact) => fact.arg))}\n${kind.plain ? '}' : ')'} </dev/null\n`)
    .join('')
}

/** None of these needs a subshell. */
export const isPlain = (facts: readonly Fact<unknown>[]): boolean => facts.every(({ kind }) => kind.plain)

/** At what kind of thing the host was looking when it said no more: what does not answer there. */
export function lookedAt(facts: readonly Fact<unknown>[], sections: readonly Section[]): string | undefined {
  const last = sections.findLast(({ mark }) => mark.startsWith('look '))
  return last && byKind(facts)[Number(last.mark.slice('look '.length))]?.[0].name
}

/** What the host answered, as values under the facts' keys. */
export function readLook(facts: readonly Fact<unknown>[], sections: readonly Section[]): Map<string, unknown> {
  const values = new Map<string, unknown>()
  for (const [index, [kind, members]] of byKind(facts).entries()) {
    const start = sections.findIndex((section) => section.mark === `look ${index}`)
    const after = sections.slice(start + 1).findIndex((section) => section.mark !== 'item')
    const own = start === -1 ? [] : sections.slice(start, after === -1 ? undefined : start + 1 + after)
    const answers = parse(kind, own, members, members.map(({ arg }) => kind.basis && values.get(kind.basis(arg).key)))
    for (const [position, fact] of members.entries()) values.set(fact.key, answers[position])
  }
  return values
}

/** A parser that meets something it does not understand must not take the run down: the host's output is untrusted. */
function parse(kind: FactKind, sections: readonly Section[], members: readonly Fact<unknown>[], basis: readonly unknown[]): readonly unknown[] {
  const unreadable = (message: string) => members.map(() => new Unreadable(message))
  if (sections.length === 0) return unreadable(`the host gave no answer about ${kind.name}`)
  if (sections.some((section) => section.cut > 0)) return unreadable(`the answer about ${kind.name} is larger than what is kept`)
  try {
    return kind.parse(sections.map((section) => section.stdout), members.map((fact) => fact.arg), basis)
  } catch (error) {
    return unreadable(`the answer about ${kind.name} cannot be understood: ${error instanceof Error ? error.message : String(error)}`)
  }
}
