import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import { err, ok, type Result } from '../values/result.ts'
import { excerpt } from './excerpt.ts'
import { reasonOf } from './files.ts'
import { linesBelowSecrets, masked } from './masked.ts'

/** A longer line says nothing to anybody. */
const LONGEST_SHOWN = 400

/** A place whose text is made out when it is told: every value has a place, and few are ever told. */
class Shown implements Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
  readonly #text: () => string

  constructor({ file, line, column, length }: Required<Omit<Place, 'text'>>, text: () => string) {
    this.file = file
    this.line = line
    this.column = column
    this.length = length
    this.#text = text
  }

  get text(): string {
    return this.#text()
  }
}

/** A text that a person wrote, which knows the place of every character in it. */
export class Source {
  readonly file: string
  readonly text: string
  readonly #starts: number[] = [0]
  #below: Uint8Array | undefined

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  /** The place of a stretch of the text, by offset. */
  at(offset: number, length = 1): Place {
    const line = this.#lineOf(Math.max(0, Math.min(offset, this.text.length)))
    const whole = this.line(line)
    const column = Math.min(offset - (this.#starts[line - 1] ?? 0), whole.length) + 1
    const place = { file: this.file, line, column, length: Math.max(1, length) }
    return whole.length > LONGEST_SHOWN ? place : new Shown(place, () => masked(excerpt(whole, column - 1, place.length), this.#isBelowSecret(line)))
  }

  /** The place of a stretch of a line. Both count from 1. */
  on(line: number, column = 1, length = 1): Place {
    return this.at((this.#starts[line - 1] ?? 0) + column - 1, length)
  }

  /** As `on`, with the whole line: for lines that can hold no value, such as the header of a section. */
  header(line: number, column = 1, length = 1): Place {
    return { file: this.file, line, column, length: Math.max(1, length), text: this.line(line).slice(0, LONGEST_SHOWN) }
  }

  /** A line without its end (LF or CRLF). */
  line(line: number): string {
    const start = this.#starts[line - 1] ?? this.text.length
    const next = this.#starts[line]
    return this.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '')
  }

  get lineCount(): number {
    return this.#starts.length
  }

  /** Whether a line of YAML stands below a key that sounds like a secret: `secrets:`, or a password that begins on the next line. */
  #isBelowSecret(line: number): boolean {
    this.#below ??= linesBelowSecrets(Array.from({ length: this.lineCount }, (_, index) => this.line(index + 1)))
    return this.#below[line - 1] === 1
  }

  #lineOf(offset: number): number {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

/** More than this is not written by hand. */
const LARGEST = 1024 * 1024

/** Reads a text file (UTF-8, a byte order mark is dropped), or says why not. */
export function readSource(path: string, cwd: string): Result<Source, readonly Diagnostic[]> {
  const file = displayName(path, cwd)
  const fail = (message: string, hint?: string): Result<never, readonly Diagnostic[]> =>
    err([{ message, at: { file, line: 1, column: 1 }, ...(hint === undefined ? {} : { hint }) }])
  try {
    const stat = statSync(path)
    if (!stat.isFile()) return fail('this is not a file')
    if (stat.size > LARGEST) return fail(`this file has ${stat.size} bytes; more than 1 MiB is not read`)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
    if (text.startsWith('$ANSIBLE_VAULT')) return fail('this file is encrypted by ansible-vault, which is not read', 'keep secrets with manage-secrets, and only the rest here')
    return ok(new Source(file, text))
  } catch (error) {
    if (error instanceof TypeError) return fail('this file is not UTF-8 text')
    return fail(`cannot read this file: ${reasonOf(error)}`)
  }
}

/** A path as the person would name it from where they stand. */
export function displayName(path: string, cwd: string): string {
  const name = relative(cwd, path)
  return name === '' || name.startsWith('..') || isAbsolute(name) ? path : name
}
