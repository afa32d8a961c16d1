import { randomBytes } from 'node:crypto'

/** Something that must not be seen, under the name by which a hit is told. */
export interface Canary {
  readonly name: string
  readonly value: string
}

/**
 * Secrets with all that hurts, each full of a mark of its own: whatever becomes of one (another encoding, cut in the middle, one line of many),
 * a mark is left in what remains. The marks are new each time, so that no hit is an old one.
 */
export class Canaries {
  /** Marks as they may be met, and whose they are. */
  readonly #marks = new Map<string, string>()
  readonly #all: Canary[] = []

  /** @param write makes the value out of its mark */
  make(name: string, write: (mark: string) => string): string {
    const mark = `cNry${randomBytes(6).toString('hex')}`
    for (const form of [mark, ...base64s(mark)]) this.#marks.set(form, name)
    const value = write(mark)
    this.#all.push({ name, value })
    return value
  }

  /** Of each kind one, by the names of variables. */
  environment(prefix: string): Record<string, string> {
    return Object.fromEntries(Object.entries(KINDS).map(([kind, write]) => [`${prefix}_${kind}`, this.make(`${prefix}_${kind}`, write)]))
  }

  /** One that can be the password of a user: in one line, and no longer than PAM takes it. */
  password(kind: Exclude<keyof typeof KINDS, 'LINES'>): string {
    return this.make(`password ${kind}`, kind === 'LONG' ? (mark) => long(mark, 18) : KINDS[kind])
  }

  /** Letters and digits only, for where a value must be plain. */
  plain(name: string): string {
    return this.make(name, (mark) => `${mark}.x~y`)
  }

  /** The names of those that are in a text, in any form. */
  in(text: string): string[] {
    return [...new Set([...this.#marks].filter(([mark]) => text.includes(mark)).map(([, name]) => name))]
  }

  /** What `grep -F -f` looks for. */
  get patterns(): string {
    return [...this.#marks.keys()].map((mark) => `${mark}\n`).join('')
  }
}

/** What stays the same of a text in base64 whatever stands around it, one for each of three alignments. */
const base64s = (text: string): string[] => [0, 1, 2].map((shift) => Buffer.from('-'.repeat(shift) + text).toString('base64').slice(4, 16))

const long = (mark: string, times: number): string => `${mark}/'"$ é\\+`.repeat(times)

/** What hurts where text is quoted, expanded, read by lines, encoded or cut. */
const KINDS = {
  QUOTES: (mark) => `${mark} "double" 'single' \`back\` \\slash\\ <&> 100% ${mark}`,
  DOLLARS: (mark) => `${mark}$HOME \${PATH} $$ $(id) #not a comment ${mark}`,
  LINES: (mark) => `-----BEGIN ${mark}-----\n${mark}+/=\n"${mark}"\r\n-----END ${mark}-----`,
  LETTERS: (mark) => `${mark} é ü 😀 日本 ${mark}`,
  LONG: (mark) => long(mark, 160),
} as const satisfies Record<string, (mark: string) => string>
