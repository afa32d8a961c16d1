import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { visible } from '../../engine/values/visible.ts'

const rows: readonly (readonly [what: string, text: string, shown: string])[] = [
  ['text stays', 'plain é 日本 😀 “quoted”\ttab\nline', 'plain é 日本 😀 “quoted”\ttab\nline'],
  ['colours', 'a\x1b[31mred', 'a\\x1b[31mred'],
  ['a title for the terminal', '\x1b]0;owned\x07', '\\x1b]0;owned\\x07'],
  ['escape sequences in one byte', '\x9b2J\x90', '\\x9b2J\\x90'],
  ['back to the beginning of the line', 'failed\rok', 'failed\\x0dok'],
  ['backspace, delete, NUL', 'a\bb\x7f\0', 'a\\x08b\\x7f\\x00'],
  ['the reading direction turned round', 'exe.\u202etxt\u202c', 'exe.\\u202etxt\\u202c'],
  ['and in its other forms', '\u061c\u200e\u200f\u202a\u202d\u2066\u2069', '\\u061c\\u200e\\u200f\\u202a\\u202d\\u2066\\u2069'],
]

for (const [what, text, shown] of rows)
  test(`fault 75: visible: ${what}`, () => {
    assert.equal(visible(text), shown)
    assert.equal(visible(text, 'line'), shown.replaceAll('\n', '\\x0a'))
  })

test('fault 75: visible: whatever is said, nothing is left that a terminal obeys', () => {
  const nasty = fc.string({ unit: fc.constantFrom('\x1b', '\x9b', '[', '2J', '\r', '\n', '\t', '\0', '\u202e', '\u2067', 'x', '\\') })
  fc.assert(
    fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), (text) => {
      assert.doesNotMatch(visible(text), /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/u)
      assert.doesNotMatch(visible(text, 'line'), /(?!\t)[\p{Cc}\p{Bidi_Control}]/u)
    }),
  )
})
