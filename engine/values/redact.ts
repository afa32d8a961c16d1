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
let long: Long | undefined

/**
 * Replaces every known secret in a text that is about to leave the process, in each form it might have taken on the way:
 * as it is, base64 (at every alignment, or in lines), URL, JSON (as JavaScript, Go and Python write it), shell-quoted, `.env`-escaped,
 * with `$` doubled as in Compose files, and line by line; and the beginning of a long one, where a line was cut.
 */
export function redact(text: string): string {
  const known = Secret.known()
  if (known.size !== patternFor) {
    patternFor = known.size
    const forms = formsOf(known)
    pattern = forms.length === 0 ? undefined : new RegExp(forms.map(literal).join('|'), 'g')
    long = longOf(forms)
  }
  if (pattern === undefined) return text
  const left = withoutMatches(text, pattern)
  return long === undefined ? left : withoutBeginnings(left, long)
}

const SHOWN = '[secret]'

/** Also those that begin within another one: of two secrets that overlap, the end of the second would be left. */
function withoutMatches(text: string, pattern: RegExp): string {
  let [shown, until] = ['', 0]
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (match.index >= until) shown += text.slice(until, match.index) + SHOWN
    until = Math.max(until, match.index + match[0].length)
    pattern.lastIndex = match.index + 1
  }
  return shown + text.slice(until)
}

const isSpoken = (text: string): boolean => [...spoken].some((name) => name.includes(text))

/** Longest first. */
function formsOf(secrets: ReadonlySet<string>): string[] {
  const forms = new Set<string>()
  for (const secret of secrets) if (!isSpoken(secret)) for (const form of encodings(secret)) if (form.length >= SHORTEST) forms.add(form)
  return [...forms].sort((a, b) => b.length - a.length)
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

function encodings(secret: string): string[] {
  if (secret.trim().length < SHORTEST) return []
  const json = JSON.stringify(secret).slice(1, -1)
  const go = json.replace(/[<>&\u2028\u2029]/g, unicode)
  const url = encodeURIComponent(Buffer.from(secret).toString())
  const form = new URLSearchParams([['', secret]]).toString().slice(1)
  const env = secret.replace(/[\\"$]/g, '\\$&')
  const python = encodeURIComponent(Buffer.from(secret).toString()).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const escaped = secret.replace(/\\/g, '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  const octal = (text: string) => text.replace(/[^\0-\x7f]+/g, (chars) => [...Buffer.from(chars)].map((byte) => `\\${byte.toString(8)}`).join(''))
  const plain = [secret, json, json.replaceAll('/', '\\/'), go, json.replace(/[^ -~]/g, unicode), env, env.replaceAll('\n', '\\n').replaceAll('\r', '\\r')]
  return [
    ...plain,
    ...plain.map((each) => each.replaceAll('$', '$$$$')),
    // What other shells and Python make of it: '…'"'"'…', "…", $'…', printf %q.
    ...[`'"'"'`, "\\'"].map((it) => secret.replaceAll("'", it)),
    ...[escaped, escaped.replaceAll("'", "\\'"), octal(escaped.replaceAll("'", "\\'"))],
    secret.replace(/[\\"$`]/g, '\\$&'),
    secret.replace(/[^\w@%+=:,./#\n\u0080-\uffff-]/g, '\\$&'),
    ...[url, python, python.replaceAll('%20', '+'), python.replaceAll('%2F', '/'), url.replaceAll('%20', '+'), url.replaceAll('%2F', '/'), form].flatMap((each) => [each, each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]),
    quote(secret.replaceAll('\0', '')).replace(/^'|'$/g, ''),
    ...secret.split(/\r?\n/).filter((line) => line.trim().length >= 6),
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

/** So many characters of a long secret give it away where a line was cut behind them: in a health log, in the title of a command. */
const PIECE = 12

interface Long {
  readonly beginnings: RegExp
  readonly forms: ReadonlyMap<string, readonly string[]>
}

/** Forms that are long enough to be cut, by how they begin. */
function longOf(forms: readonly string[]): Long | undefined {
  const by = new Map<string, string[]>()
  for (const form of forms) {
    // `NAME=` of a line of .env gives nothing away: the piece that does begins behind it.
    const head = form.slice(0, (/^[A-Za-z_][A-Za-z0-9_]*(?:=|%3D|\\=|\\u003d)/i.exec(form)?.[0].length ?? 0) + PIECE)
    if (form.length >= 2 * PIECE && form.length > head.length) by.set(head, [...(by.get(head) ?? []), form])
  }
  return by.size === 0 ? undefined : { beginnings: new RegExp([...by.keys()].map(literal).join('|'), 'g'), forms: by }
}

/** What begins like a secret and goes on so until its line ends, but for half an escape and what says that it was cut. */
function withoutBeginnings(text: string, { beginnings, forms }: Long): string {
  let [shown, from] = ['', 0]
  for (const { index, 0: head } of text.matchAll(beginnings)) {
    if (index < from) continue
    const end = index + Math.max(...(forms.get(head) ?? []).map((form) => alike(text, index, form)))
    if (!/^[^\n]{0,8}(?:\n|$)/.test(text.slice(end, end + 9)) || isSpoken(text.slice(index, end))) continue
    shown += text.slice(from, index) + SHOWN
    from = end
  }
  return shown + text.slice(from)
}

function alike(text: string, start: number, form: string): number {
  let length = 0
  while (length < form.length && text[start + length] === form[length]) length++
  return length
}
