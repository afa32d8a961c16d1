import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { InputError } from '../../engine/diagnostic/diagnostic.ts'
import { checkTemplates, template } from '../../engine/template/template.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-template-'))
after(() => rmSync(folder, { recursive: true }))
const X = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.object({ y: z.string().optional() })]).nullable().optional()

let count = 0
function of(text: string) {
  const name = `x${++count}.hbs`
  writeFileSync(join(folder, name), text)
  return template({ url: pathToFileURL(join(folder, 'role.ts')).href }, name, z.strictObject({ x: X }))
}

const prints: readonly (readonly [text: string, x: z.input<typeof X>, printed: string])[] = [
  ['{{x}}', 'a', 'a'],
  ['{{x}}\r\n', 5, '5\r\n'],
  ['<{{x}}>', false, '<false>'],
  ['{{#each x as |it|}}{{it}};{{/each}}', ['a', 'b'], 'a;b;'],
  ['{{x}}{{x}}', 1, '11'], // Handlebars alone adds numbers that stand side by side
  ['{{#if x.y.z}}yes{{else}}no{{/if}}', {}, 'no'],
  ['{{x.y}}', { y: 'deep' }, 'deep'],
  ['{{#each x as |it|}}{{it}}{{#each x as |other|}}({{other}}){{/each}};{{/each}}', ['a', 'b'], 'a(a)(b);b(a)(b);'],
  ['{{#if x}}yes{{else}}no{{/if}}', undefined, 'no'],
  ['{{#if x.y}}yes{{else}}no{{/if}}', {}, 'no'],
]
for (const [text, x, printed] of prints) test(`fault 76: ${JSON.stringify(text)} prints ${JSON.stringify(printed)}`, () => assert.equal(of(text)({ x }).text, printed))

const refuses: readonly (readonly [text: string, x: z.input<typeof X>, message: RegExp])[] = [
  ['{{x}}', ['a'], /x\d+\.hbs: .*this is a list/],
  ['a {{x}}', { y: 'b' }, /this is a map/],
  ['{{x}}', null, /this is null/],
  ['{{x}}', undefined, /"x" is not given/],
  ['{{x.y}}', {}, /"x\.y" is not given/],
  ['{{#each x as |each|}}{{each.y}}{{/each}}', ['a'], /"each\.y" is not given/],
  ['{{yaml x}}', ['a'], /this is a list/],
  ['{{yaml x.y}}', {}, /this is nothing: a key that is not given/],
]
for (const [text, x, message] of refuses)
  test(`fault 76: ${JSON.stringify(text)} does not print ${x === undefined ? 'nothing' : JSON.stringify(x)}`, () => {
    assert.throws(() => of(text)({ x }), (error) => error instanceof InputError && message.test(error.message))
  })

test('fault 76: what is no text, or too large, is for copying', () => {
  of('{{x}} \0')
  of(`{{x}} ${'y'.repeat(1024 * 1024)}`)
  const told = checkTemplates().map(({ message }) => message).filter((message) => /copy it as a file instead/.test(message))
  assert.equal(told.length, 2)
  assert.match(told.join('\n'), /is not text: [^]*is larger than 1 MiB: /)
})
