import type { Content } from '../values/content.ts'
import type { Effect } from '../facts/fact.ts'

/**
 * What would be done to a host: a sentence, the steps that do it, and what the facts will be afterwards.
 * A change is a value: it can be shown, compared, tested, and only the act turns it into bytes on the wire.
 */
export interface Change {
  /** The sentence people read, the same in check mode and for real: "create /data/redis". */
  readonly summary: string
  readonly steps: readonly Step[]
  /** What the facts will be. Whatever is not listed here stays as it is. */
  readonly effects: readonly Effect[]
  /**
   * Kinds of facts this may change in ways not listed: they are read again before the next task that needs one.
   * An `apt-get install` touches everything.
   */
  readonly touches: 'everything' | readonly string[]
  readonly diff?: Diff
}

/** Old and new text of something, for `--diff`. Never made for secrets. */
export interface Diff {
  readonly name: string
  readonly before: string
  readonly after: string
}

export type Step = RunStep | WriteStep

/** A command, as an argv: no shell reads it. */
export interface RunStep {
  readonly kind: 'run'
  readonly argv: readonly string[]
  /** What people read when it fails, where the argv would tell them little: "docker compose up". */
  readonly what?: string
  /** Fed to its standard input, which is empty otherwise. */
  readonly stdin?: Content
  /** Where it runs. Default: `/`. */
  readonly directory?: string
  readonly env?: Readonly<Record<string, string>>
  /** Whom it runs as, when not as the user of the connection. */
  readonly user?: string
  /**
   * Seconds until it is ended, with all it started. 0: a short command of the file system, not watched (the batch as a whole is).
   */
  readonly timeout: number
  /** Exit codes that are fine. Default: 0. */
  readonly okCodes?: readonly number[]
  /** It makes this directory and does nothing else: several such can be made at once. */
  readonly makes?: { readonly path: string; readonly mode: string }
  /** It leaves a program running behind, which must not keep this run's lock. */
  readonly daemon?: boolean
}

/** A file, written so that a reader sees the old or the new one, never a part: temp beside it, digest, owner, mode, sync, rename. */
export interface WriteStep {
  readonly kind: 'write'
  readonly path: string
  readonly content: Content
  readonly mode: string
  /** "user:group", names or numbers. Undefined: whoever writes. */
  readonly owner?: string
  /** A command that must agree before the file goes live; `%s` is where the new content stands for now. */
  readonly validate?: readonly string[]
  /** The file that this one takes the place of later, and is compared with in diffs. Default: the path itself. */
  readonly standsFor?: string
  /** Keep what was there, beside it, as `NAME.~YYYYMMDDHHMMSS~`, and `.1~`, `.2~` … where there is one of that second. */
  readonly backup?: boolean
}

export type Plan = readonly Change[] | Refusal

/** A task that cannot do what it was asked, and says why; nothing is changed. */
export interface Refusal {
  readonly refused: string
  /** What the operator can do about it. */
  readonly hint?: string
}

export const refuse = (refused: string, hint?: string): Refusal => ({ refused, ...(hint !== undefined && { hint }) })

export const isRefusal = (plan: Plan): plan is Refusal => 'refused' in plan

/**
 * A change made of short commands, or of steps.
 *
 * @example change('create /data', ['mkdir', '-p', '--', '/data'], [becomes(path('/data'), …)])
 */
export function change(
  summary: string,
  how: readonly string[] | readonly Step[],
  effects: readonly Effect[],
  more: { readonly diff?: Diff; readonly touches?: Change['touches'] } = {},
): Change {
  const steps = isArgv(how) ? [run(how, { timeout: 0 })] : how
  return { summary, steps, effects, touches: more.touches ?? [], ...(more.diff && { diff: more.diff }) }
}

/** A command to run. Default: ended after 300 seconds. */
export function run(argv: readonly string[], more: Partial<Omit<RunStep, 'kind' | 'argv'>> = {}): RunStep {
  return { kind: 'run', argv, timeout: 300, ...more }
}

function isArgv(how: readonly string[] | readonly Step[]): how is readonly string[] {
  return typeof how[0] === 'string'
}
