import { contentOf, type Content } from './content.ts'
import { Secret } from './secret.ts'

/** What an `.env` can be made of. */
export type EnvValue = string | number | boolean | Secret

/** What the dialect cannot hold, or what was found in a file that it does not know. */
export class EnvFileError extends Error {
  override readonly name = 'EnvFileError'
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * An `.env` as Compose reads it: always `KEY="…"`, with `\`, `"`, `$`, newline and carriage return escaped. Written otherwise, Compose
 * changes values on their way: `a$b` becomes `a`, and the rest of the password stands in a warning. The order is the one given.
 * With one {@link Secret} among the values the whole file counts as secret.
 *
 * `docker run --env-file` reads another dialect (no quotes): this is for Compose.
 *
 * @throws EnvFileError for a name that is no variable name, and for a value with NUL: no environment can hold that.
 * @example envFile({ POSTGRES_DB: 'shop', POSTGRES_PASSWORD: new Secret(password) })
 */
export function envFile(values: Readonly<Record<string, EnvValue>>): Content {
  const lines = Object.entries(values).map(([name, value]) => `${checkedName(name)}="${escaped(name, value)}"\n`)
  const secret = Object.values(values).some((value) => value instanceof Secret)
  return { ...contentOf(lines.join('')), secret }
}

/**
 * Reads what {@link envFile} writes; blank lines and comments are passed over.
 *
 * @throws EnvFileError, with the number of the line, for anything else: its value is not guessed at, and not shown.
 */
export function parseEnvFile(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue
    const [, name = '', value] = /^([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\$]|\\[\\"$nr])*)"$/.exec(line) ?? []
    if (value === undefined) throw new EnvFileError(`line ${index + 1} is not KEY="value" with \\, " and $ escaped`)
    values.set(name, value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : letter)))
  }
  return values
}

function checkedName(name: string): string {
  if (NAME.test(name)) return name
  throw new EnvFileError(`${JSON.stringify(name)} is not the name of a variable: letters, digits and _, not starting with a digit`)
}

function escaped(name: string, value: EnvValue): string {
  const plain = value instanceof Secret ? value.reveal() : String(value)
  if (plain.includes('\0')) throw new EnvFileError(`${name} holds a NUL byte, which no environment can hold`)
  return plain.replace(/[\\"$]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}
