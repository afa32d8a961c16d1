import { quote } from './quote.ts'
import { Secret } from './secret.ts'

/** Shorter values are not redacted: replacing every "on" or "1" would mangle the output (a role's schema should refuse such secrets). */
const SHORTEST = 4

let patternFor = -1
let pattern: RegExp | undefined

/**
 * Replaces every known secret in a text that is about to leave the process, in each form it might have taken on the way:
 * as it is, base64 (at every alignment), URL, JSON, shell-quoted, `.env`-escaped and line by line.
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
  for (const secret of secrets) for (const form of encodings(secret)) if (form.length >= SHORTEST) forms.add(form)
  if (forms.size === 0) return undefined
  const longestFirst = [...forms].sort((a, b) => b.length - a.length)
  return new RegExp(longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g')
}

function encodings(secret: string): string[] {
  if (secret.trim().length < SHORTEST) return []
  const json = JSON.stringify(secret).slice(1, -1)
  const url = encodeURIComponent(Buffer.from(secret).toString())
  const env = secret.replace(/[\\"$]/g, '\\$&')
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    url,
    url.replaceAll('%20', '+'),
    quote(secret.replaceAll('\0', '')).replace(/^'|'$/g, ''),
    env,
    env.replaceAll('\n', '\\n'),
    ...secret.split('\n').filter((line) => line.trim().length >= 6),
    ...base64s(secret),
  ]
}

/** The base64 of a secret depends on where in the surrounding bytes it starts: three alignments, without the edge characters that mix with neighbours. */
function base64s(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '')
    const start = shift === 0 ? 0 : shift + 1
    const end = (bytes.length + shift) % 3 === 0 ? encoded.length : encoded.length - 1
    return encoded.slice(start, end)
  })
  return [...aligned, ...aligned.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))].filter((form) => form.length >= 8)
}
