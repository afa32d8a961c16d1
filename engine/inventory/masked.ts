// What of a line of an inventory may be printed: an error shows the line, and a value may be a secret before anybody has called it one.
import { STORE_VARIABLE } from '../secrets/settings.ts'

const NAME = String.raw`(?:pass(?:word|wd|phrase)?|pa?s+w|secret|token|credential|api_?key|private_?key)[\w.-]*`
const REFERENCE = String.raw`!secrets?\s+["']?[\w./#-]+["']?\s*(?:[,}#…]|$)`

/** A value under such a name is not shown, but for references to a store and the settings of one. */
const SECRET = new RegExp(String.raw`(${NAME})(["']?\s*[:=]\s*)(?!${REFERENCE}|\{\s*store:)\S.*$`, 'i')

/** A line that opens what stands below it: its indentation with the dashes of a list, and its key. */
const OPENS = /^([ \t]*(?:- +)*)["']?([\w.-]+)["']?\s*:/
const IS_SECRET = new RegExp(NAME, 'i')

/** For each line 1 when it stands below such a name, by indentation. Settings of a store (`secrets: { store: … }`) are none. */
export function linesBelowSecrets(lines: readonly string[]): Uint8Array {
  const below = new Uint8Array(lines.length)
  const open: { readonly indent: number; readonly secret: boolean }[] = []
  for (const [index, line] of lines.entries()) {
    const text = line.trimStart()
    if (text === '' || text.startsWith('#')) continue
    const indent = line.length - text.length
    // A list may stand as far left as its key.
    while (open.length > 0 && (open.at(-1)?.indent ?? 0) >= indent + (text.startsWith('-') ? 1 : 0)) open.pop()
    const secret = open.at(-1)?.secret ?? false
    if (secret) below[index] = 1
    const [, before = '', key] = OPENS.exec(line) ?? []
    if (key !== undefined) open.push({ indent: before.length, secret: secret || (IS_SECRET.test(key) && !isPath(key) && !(key === STORE_VARIABLE && isStore(lines, index))) })
  }
  return below
}

/** Whether what stands below this line has a key `store`. */
function isStore(lines: readonly string[], at: number): boolean {
  const indent = (line = '') => line.length - line.trimStart().length
  for (let below = at + 1; below < lines.length; below++) {
    const line = lines[below] ?? ''
    if (line.trim() === '') continue
    if (indent(line) <= indent(lines[at])) return false
    if (/^\s*store\s*:/.test(line)) return true
  }
  return false
}

const isPath = (key: string): boolean => /(_file|_path)$/i.test(key)

/** A line that only says where a secret comes from. */
const REFERS = new RegExp(String.raw`^[ \t]*(?:- +)*(?:["']?[\w.-]+["']?\s*:\s+)?${REFERENCE}`)

/** A line fit to be printed: the value after a key that sounds like a secret is not shown. */
export function masked(line: string, isBelowSecret: boolean): string {
  // All of it: what looks like a key may be a line of a text.
  if (isBelowSecret && !REFERS.test(line)) return line.replace(/\S.*$/, '[secret]')
  return line.replace(SECRET, (all: string, key: string, between: string) => (isPath(key) ? all : `${key}${between}[secret]`))
}
