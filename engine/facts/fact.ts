import { register } from './written.ts'

/**
 * A fact is a typed, keyed question about a host: `path('/data')`, `user('deploy')`. A *kind* of fact knows the sh text that answers it
 * (and changes nothing), and how to read the answer. All facts of one kind that a batch needs are asked by one reader: one `stat`
 * for a hundred paths.
 *
 * @example a kind that is asked one by one
 * ```ts
 * export const timezone = defineFact({
 *   name: 'timezone',
 *   blank: 'UTC',
 *   read: () => 'cat /etc/timezone',
 *   parse: (output) => output.toString().trim(),
 * })
 * ```
 */
export interface Fact<out T> {
  /** Distinct within a run: kind and argument. */
  readonly key: string
  readonly kind: FactKind
  readonly arg: unknown
  /** Carries the type only. */
  readonly _value?: T
}

/**
 * What needs no asking: for a task that wants a fact in some cases only.
 *
 * @example facts: (p) => ({ owner: p.owner === undefined ? given<UserState>({ kind: 'absent' }) : user(p.owner) })
 */
export function given<T>(value: T): Fact<T> {
  return { key: `given(${givens++})`, kind: GIVEN, arg: value }
}
let givens = 0

/** Never read: the model takes the value from the fact itself. */
export const GIVEN: FactKind = { name: 'given', blank: undefined, plain: true, reader: () => '', parse: () => [] }

/** A kind of fact as the engine sees it: the types of argument and value are known to its definer only. */
export interface FactKind {
  readonly name: string
  /** The answer on an empty host: what `memory` hosts say, and what follows where a parent is missing. */
  readonly blank: unknown
  /** Needs no subshell of its own. */
  readonly plain: boolean
  /** One sh text for all these arguments. Sections are separated with `hw_mark`. */
  reader(args: readonly unknown[]): string
  /** One value an argument, or an {@link Unreadable}. `sections` are what stood between the marks. */
  parse(sections: readonly Buffer[], args: readonly unknown[], basis?: readonly unknown[]): readonly unknown[]
  /** Another fact about the same argument, asked in the same look, that `parse` builds on. */
  readonly basis?: (arg: unknown) => Fact<unknown>
  /** What else follows when a fact of this kind is predicted to become `value`: for instance, parents exist. */
  readonly ripple?: (fact: Fact<unknown>, value: unknown, known: KnownFacts) => readonly Effect[]
  /** What a fresh observation means on top of what is predicted: below a directory that will be gone, nothing is there. */
  readonly beneath?: (fact: Fact<unknown>, observed: unknown, known: KnownFacts) => unknown
}

/** A look at what the model holds, for ripples. */
export interface KnownFacts {
  value(fact: Fact<unknown>): unknown
  isPredicted(fact: Fact<unknown>): boolean
  /** The fact with this key was foretold to be absent since the host was last acted upon; it may be foretold to be there again by now. */
  wasGone(key: string): boolean
  /** The fact with this key, when anything is known of it. */
  find(key: string): Fact<unknown> | undefined
  ofKind(name: string): readonly Fact<unknown>[]
}

/** A fact and what it will be. */
export interface Effect {
  readonly fact: Fact<unknown>
  readonly value: unknown
}

/** Says, in a change, what a fact will be afterwards. Typed: the value must fit the fact. */
export function becomes<T>(fact: Fact<T>, value: NoInfer<T>): Effect {
  return { fact, value }
}

/** The host answered, but not in a way that can be understood: the tasks that need the fact fail with this message. */
export class Unreadable {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/**
 * The host cannot answer yet, and will once an earlier task has done its work (the daemon to ask does not run). A task that would go ahead
 * all the same is unknown in check mode; for real the fact is asked again by then.
 */
export class Unseen extends Unreadable {}

type Hooks<A, T> = {
  readonly ripple?: (arg: A, value: T, known: KnownFacts) => readonly Effect[]
  readonly beneath?: (arg: A, observed: T, known: KnownFacts) => T
}

/** A kind whose facts are read one after the other, each with its own piece of sh. */
export function defineFact<A extends string | readonly string[], T>(
  kind: { readonly name: string; readonly blank: T; readonly read: (arg: A) => string; readonly parse: (output: Buffer, arg: A) => T | Unreadable } & Hooks<A, T>,
): (arg: A) => Fact<T> {
  return define<A, T>(kind, {
    reader: (args) => args.map((arg) => `hw_mark item; ${kind.read(arg)}\n`).join(''),
    parse: (sections, args) => args.map((arg, index) => kind.parse(sections[index + 1] ?? Buffer.alloc(0), arg)),
  })
}

/** A kind of which one piece of sh answers for many arguments at once. */
export function defineBatchFact<A extends string | readonly string[], T, B = undefined>(
  kind: {
    readonly name: string
    readonly blank: T
    readonly read: (args: readonly A[]) => string
    /** `basis`: the answers of the facts that `basis` names, in the order of `args`. */
    readonly parse: (output: Buffer, args: readonly A[], basis: readonly (B | Unreadable)[]) => readonly (T | Unreadable)[]
    /** Another fact about the same argument, asked in the same look, so that its answer need not be found twice. */
    readonly basis?: (arg: A) => Fact<B>
    /** Its sh neither exits nor leaves anything behind but variables of its own: it needs no subshell. */
    readonly plain?: boolean
  } & Hooks<A, T>,
): (arg: A) => Fact<T> {
  return define<A, T, B>(kind, { reader: kind.read, parse: (sections, args, basis) => kind.parse(sections[0] ?? Buffer.alloc(0), args, basis), ...(kind.basis && { basis: kind.basis }) })
}

function define<A extends string | readonly string[], T, B = undefined>(
  base: { readonly name: string; readonly blank: T; readonly plain?: boolean } & Hooks<A, T>,
  io: { reader(args: readonly A[]): string; parse(sections: readonly Buffer[], args: readonly A[], basis: readonly (B | Unreadable)[]): readonly unknown[]; basis?(arg: A): Fact<B> },
): (arg: A) => Fact<T> {
  // The argument of a fact is always one that its own kind was asked with: the casts below give it back its type.
  const own = (args: readonly unknown[]) => args as readonly A[]
  const { ripple, beneath } = base
  const { basis } = io
  const kind: FactKind = {
    name: base.name,
    blank: base.blank,
    plain: base.plain ?? false,
    reader: (args) => io.reader(own(args)),
    parse: (sections, args, basis = []) => io.parse(sections, own(args), basis as readonly (B | Unreadable)[]),
    ...(basis && { basis: (arg: unknown) => basis(arg as A) }),
    ...(ripple && { ripple: (fact: Fact<unknown>, value: unknown, known: KnownFacts) => ripple(fact.arg as A, value as T, known) }),
    ...(beneath && { beneath: (fact: Fact<unknown>, observed: unknown, known: KnownFacts) => beneath(fact.arg as A, observed as T, known) }),
  }
  const make = (arg: A): Fact<T> => ({ key: `${base.name}(${typeof arg === 'string' ? arg : arg.join('\0')})`, kind, arg })
  register(base.name, (arg) => make(arg as A))
  return make
}
