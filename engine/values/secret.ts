import { inspect } from 'node:util'

/**
 * A value that must not be seen: it prints `[secret]` through String, JSON, inspect and templates.
 * It fits in file content, `.env` values and stdin, and nowhere else: an argv takes strings only, so a secret there does not compile.
 *
 * @example
 * const password = new Secret('hunter2')
 * `${password}`          // "[secret]"
 * password.reveal()      // "hunter2": only where bytes are written to the wire
 */
export class Secret {
  readonly #value: string
  /** What the store that it comes from calls this version of it; undefined where there is none. Says nothing about the value. */
  readonly version: string | undefined

  constructor(value: string, version?: string) {
    this.#value = value
    this.version = version
    Secret.#known.add(value)
  }

  /** Every secret of this process, so that the one output sink can redact them. */
  static readonly #known = new Set<string>()
  static known(): ReadonlySet<string> {
    return Secret.#known
  }

  /** The value itself. Every call is a place where a secret could get out; there should be few. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [inspect.custom](): string {
    return '[secret]'
  }
}
