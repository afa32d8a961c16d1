import { GIVEN, Unreadable, type Effect, type Fact, type KnownFacts } from '../facts/fact.ts'
import { isAbsent } from '../facts/foretold.ts'
import { isGuarded } from '../facts/guarded.ts'
import type { Change } from '../tasks/change.ts'

/** What is known of one fact. */
export type Known =
  | { readonly certainty: 'observed' | 'predicted'; readonly value: unknown }
  /** Something ran whose effect on it cannot be told. */
  | { readonly certainty: 'unknown'; readonly why: string }

/**
 * What a run knows of one host: fact → value, each observed or predicted. Plans are made against it, each change moves it on,
 * and in check mode that is all that moves.
 */
export class HostModel implements KnownFacts {
  readonly #known = new Map<string, { fact: Fact<unknown>; known: Known }>()
  /** The same facts by kind: ripples ask for few kinds, often. */
  readonly #kinds = new Map<string, Map<string, Fact<unknown>>>()
  #predictions = 0
  /** Keys of what was foretold to be absent since the last act, also when it was foretold to be there again later. */
  readonly #gone = new Set<string>()
  #shadow: string | undefined
  /** Kinds of facts that a planned change may alter in ways it cannot list, and why; "*" is every kind. */
  readonly #suspected = new Map<string, string>()

  get(fact: Fact<unknown>): Known | undefined {
    if (fact.kind === GIVEN) return { certainty: 'observed', value: fact.arg }
    return this.#known.get(fact.key)?.known ?? (this.#shadow === undefined ? undefined : { certainty: 'unknown', why: this.#shadow })
  }

  /** Takes in what the host answered, seen through what is predicted to have happened by then. */
  observe(fact: Fact<unknown>, value: unknown): void {
    const seen = this.#predictions > 0 && fact.kind.beneath && !(value instanceof Unreadable) ? fact.kind.beneath(fact, value, this) : value
    this.#put(fact, { certainty: 'observed', value: seen })
  }

  /** Moves the model on by what a change will do. */
  predict(change: Change): void {
    for (const effect of change.effects) this.#apply(effect)
  }

  #apply(effect: Effect): void {
    for (const more of effect.fact.kind.ripple?.(effect.fact, effect.value, this) ?? []) this.#set(more)
    this.#set(effect)
  }

  #set({ fact, value }: Effect): void {
    this.#predictions++
    if (isAbsent(value)) this.#gone.add(fact.key)
    this.#put(fact, { certainty: 'predicted', value })
  }

  #put(fact: Fact<unknown>, known: Known): void {
    this.#known.set(fact.key, { fact, known })
    const kind = this.#kinds.get(fact.kind.name) ?? new Map<string, Fact<unknown>>()
    this.#kinds.set(fact.kind.name, kind.set(fact.key, fact))
  }

  #drop({ key, kind }: Fact<unknown>): void {
    this.#known.delete(key)
    this.#kinds.get(kind.name)?.delete(key)
  }

  /** Check mode, after an action that would have run: whatever it may have touched is not known any more. */
  doubt(touched: 'everything' | readonly Fact<unknown>[], why: string): void {
    if (touched === 'everything') {
      this.forget('everything')
      this.#shadow = why
    } else for (const fact of touched) this.#put(fact, { certainty: 'unknown', why })
  }

  /** A change is planned that may alter facts of these kinds in ways it does not list. */
  suspect(kinds: 'everything' | readonly string[], why: string): void {
    for (const kind of kinds === 'everything' ? ['*'] : kinds) if (!this.#suspected.has(kind)) this.#suspected.set(kind, why)
  }

  /** Why what is known of the facts of a task may be otherwise once the planned changes are made; undefined when it will not. */
  doubtAbout(task: { readonly facts: Readonly<Record<string, Fact<unknown>>> }): string | undefined {
    const [first] = this.#doubted(task)
    return first && this.#suspicionOf(first)
  }

  /** The act itself would notice if it were otherwise: a plan made from what is known now is carried out or is not, and never is the wrong one. */
  isDoubtGuarded(task: { readonly facts: Readonly<Record<string, Fact<unknown>>> }): boolean {
    return this.#doubted(task).every((fact) => isGuarded(fact, this.value(fact)))
  }

  #doubted({ facts }: { readonly facts: Readonly<Record<string, Fact<unknown>>> }): Fact<unknown>[] {
    if (this.#suspected.size === 0) return []
    return Object.values(facts).filter((fact) => fact.kind !== GIVEN && this.#suspicionOf(fact) !== undefined && !this.isPredicted(fact))
  }

  #suspicionOf({ kind }: Fact<unknown>): string | undefined {
    return this.#suspected.get(kind.name) ?? this.#suspected.get('*')
  }

  /** What is known of it is foretold, or in doubt: once the planned changes are made it has to be asked again. */
  willNeed(fact: Fact<unknown>): boolean {
    return fact.kind !== GIVEN && (this.isPredicted(fact) || this.#suspicionOf(fact) !== undefined || this.get(fact) === undefined)
  }

  /** For real: what may have changed is asked again when it is needed next. */
  forgetSuspected(): void {
    for (const kind of this.#suspected.keys()) this.forget(kind === '*' ? 'everything' : [kind])
    this.#suspected.clear()
  }

  forget(kinds: 'everything' | readonly string[]): void {
    for (const name of kinds === 'everything' ? [...this.#kinds.keys()] : kinds) for (const fact of this.ofKind(name)) this.#drop(fact)
  }

  forgetFacts(facts: Iterable<Fact<unknown>>): void {
    for (const fact of facts) this.#drop(fact)
  }

  /** After an act: predictions have done their work; the host has the word. */
  forgetPredictions(): void {
    for (const { fact, known } of [...this.#known.values()]) if (known.certainty === 'predicted') this.#drop(fact)
    this.#predictions = 0
    this.#gone.clear()
  }

  /** True when nothing was foretold: then the model is the host as it was seen. */
  get isAsSeen(): boolean {
    return this.#predictions === 0 && this.#shadow === undefined
  }

  value(fact: Fact<unknown>): unknown {
    const known = this.#known.get(fact.key)?.known
    return known === undefined || known.certainty === 'unknown' ? undefined : known.value
  }

  isPredicted(fact: Fact<unknown>): boolean {
    return this.#known.get(fact.key)?.known.certainty === 'predicted'
  }

  wasGone(key: string): boolean {
    return this.#gone.has(key)
  }

  find(key: string): Fact<unknown> | undefined {
    return this.#known.get(key)?.fact
  }

  ofKind(name: string): readonly Fact<unknown>[] {
    return [...(this.#kinds.get(name)?.values() ?? [])]
  }
}
