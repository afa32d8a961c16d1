import { quote } from './quote.ts'
import { Secret } from './secret.ts'

/** Shorter values are not redacted: replacing every "on" or "1" would mangle the output (a role's schema should refuse such secrets). */
const SHORTEST = 4

/** What stands on the screen anyway: a value that is part of it is not replaced, which would hide nothing and tell what it is. */
const spoken = new Set<string>()

/**
 * Names that are no secrets, though one may happen to be the same: of services, hosts and keys. `POSTGRES_USER=postgres` in a file whose every
 * value counts as secret would otherwise make `[secret]` of every "postgres" in the output.
 */
export function speakOf(names: Iterable<string>): void {
  for (const name of names) spoken.add(name)
  patternFor = -1
}

let patternFor = -1
let pattern: RegExp | undefined

/**
 * Replaces every known secret in a text that is about to leave the process, in each form it might have taken on the way:
 * as it is, base64 (at every alignment, or in lines), URL, JSON (as JavaScript, Go and Python write it), shell-quoted, `.env`-escaped,
 * with `$` doubled as in Compose files, and line by line.
 */
export function redact(text: string): string {
  const known = Secret.known()
  if (known.size !== patternFor) {
    patternFor = known.size
    pattern = compile(known)
  }
  return pattern === undefined ? text : text.replace(pattern, '[secret]')
}

function compile(secrets: ReadonlySet<string>): RegExp | undefined {
  const forms = new Set<string>()
  for (const secret of secrets) if (![...spoken].some((name) => name.includes(secret))) for (const form of encodings(secret)) if (form.length >= SHORTEST) forms.add(form)
  if (forms.size === 0) return undefined
  const longestFirst = [...forms].sort((a, b) => b.length - a.length)
  return new RegExp(longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g')
}

function encodings(secret: string): string[] {
  if (secret.trim().length < SHORTEST) return []
  const json = JSON.stringify(secret).slice(1, -1)
  const go = json.replace(/[<>&\u2028\u2029]/g, unicode)
  const url = encodeURIComponent(Buffer.from(secret).toString())
  const form = new URLSearchParams([['', secret]]).toString().slice(1)
  const env = secret.replace(/[\\"$]/g, '\\$&')
  const plain = [secret, json, json.replaceAll('/', '\\/'), go, json.replace(/[^ -~]/g, unicode), env, env.replaceAll('\n', '\\n').replaceAll('\r', '\\r')]
  return [
    ...plain,
    ...plain.map((each) => each.replaceAll('$', '$$$$')),
    ...[url, url.replaceAll('%20', '+'), url.replaceAll('%2F', '/'), form].flatMap((each) => [each, each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]),
    quote(secret.replaceAll('\0', '')).replace(/^'|'$/g, ''),
    ...secret.split('\n').filter((line) => line.trim().length >= 6),
    ...base64s(secret),
  ]
}

const unicode = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** The base64 of a secret depends on where in the surrounding bytes it starts: three alignments, without the edge characters that mix with neighbours. */
function base64s(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '')
    const start = shift === 0 ? 0 : shift + 1
    const end = (bytes.length + shift) % 3 === 0 ? encoded.length : encoded.length - 1
    return encoded.slice(start, end)
  })
  const [whole = ''] = aligned
  // `base64` breaks its lines after 76 characters, `openssl` after 64.
  const lines = [76, 64].flatMap((width) => (whole.length > width ? (whole.match(new RegExp(`.{1,${width}}`, 'g')) ?? []) : []))
  return [...aligned, ...aligned.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')), ...lines].filter((form) => form.length >= 8)
}
