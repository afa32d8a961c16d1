/**
 * Makes a text that came from outside (a host, an inventory) safe to show: escape sequences, other control characters and
 * characters that reverse the reading direction become visible escapes. Tabs stay; newlines stay only where asked.
 */
export function visible(text: string, keep: 'line' | 'lines' = 'lines'): string {
  return text.replace(keep === 'lines' ? NOT_TEXT : NOT_LINE, (char) => {
    const code = char.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

const NOT_TEXT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const NOT_LINE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
