import { readDotenv } from '../../secrets/dotenv.ts'
import { contentOf, type Content } from '../../values/content.ts'
import { envFile } from '../../values/env-file.ts'
import { speakOf } from '../../values/redact.ts'
import { err, ok, type Result } from '../../values/result.ts'
import { Secret } from '../../values/secret.ts'

/** An `.env`, as it is written and what it says. */
export interface EnvDocument {
  readonly text: Secret
  readonly values: ReadonlyMap<string, Secret>
}

/** Reads one. All of it is secret from here on; what is wrong is told by line, never shown. */
export function readDocument(text: Secret): Result<EnvDocument, readonly string[]> {
  const read = readDotenv(text.reveal())
  if (!read.ok) return err(read.error.map(({ line, message }) => `line ${line}: ${message}`))
  speakOf(read.value.keys())
  return ok({ text, values: new Map([...read.value].map(([key, value]) => [key, new Secret(value)])) })
}

/** Writes one out of values, in the order of their keys: for what is kept as one secret a key. */
export function makeDocument(values: ReadonlyMap<string, Secret>): EnvDocument {
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1))
  speakOf(values.keys())
  const { text = '' } = envFile(Object.fromEntries(sorted))
  return { text: new Secret(text), values: new Map(sorted) }
}

/** As a file on a host: secret, and its last line ended. */
export function contentOfDocument({ text }: EnvDocument): Content {
  const plain = text.reveal()
  return contentOf(plain === '' || plain.endsWith('\n') ? text : new Secret(`${plain}\n`))
}

/** What becomes of keys when one document takes the place of another. */
export interface KeyChanges {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly gone: readonly string[]
  readonly same: readonly string[]
  /** The keys and values are the same, and the text is not: comments, order, quotes. */
  readonly rewritten: boolean
  /** There was none. */
  readonly isFirst: boolean
}

export function keyChanges(before: EnvDocument | undefined, after: EnvDocument): KeyChanges {
  const old = before?.values ?? new Map<string, Secret>()
  const there = [...after.values].filter(([key]) => old.has(key))
  const isSame = ([key, value]: readonly [string, Secret]) => old.get(key)?.reveal() === value.reveal()
  const changes = {
    added: [...after.values.keys()].filter((key) => !old.has(key)),
    changed: there.filter((each) => !isSame(each)).map(([key]) => key),
    gone: [...old.keys()].filter((key) => !after.values.has(key)),
    same: there.filter(isSame).map(([key]) => key),
  }
  const equal = changes.added.length + changes.changed.length + changes.gone.length === 0
  return { ...changes, isFirst: before === undefined, rewritten: equal && (before === undefined || bare(before.text) !== bare(after.text)) }
}

/** Some stores take a newline at the end for no part of a secret. */
const bare = (text: Secret): string => text.reveal().replace(/\n+$/, '')

export const isSame = ({ added, changed, gone, rewritten }: KeyChanges): boolean => added.length + changed.length + gone.length === 0 && !rewritten

/** One line a kind of change: names of keys only. */
export function toldChanges(changes: KeyChanges): string[] {
  const row = (word: string, keys: readonly string[]) => (keys.length === 0 ? [] : [`  ${word.padEnd(8)} ${keys.join(', ')}`])
  return [
    ...row('new', changes.added), ...row('changed', changes.changed), ...row('gone', changes.gone), ...row('same', changes.same),
    ...(changes.rewritten ? [changes.isFirst ? '  no keys' : '  the keys and values are the same; comments, order or quotes are not'] : []),
  ]
}
