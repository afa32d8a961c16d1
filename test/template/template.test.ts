import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { checkTemplate } from '../../engine/template/check.ts'
import { shapeOf } from '../../engine/template/shape.ts'
import { checkTemplates, template } from '../../engine/template/template.ts'
import { Secret } from '../../engine/values/secret.ts'

const view = z.strictObject({ name: z.string(), tls: z.boolean(), sites: z.array(z.strictObject({ domain: z.string(), root: z.string() })), password: z.union([z.string(), z.instanceof(Secret)]), env: z.string() })
const conf = template(import.meta, 'files/conf.hbs', view)
const values = { name: 'web', tls: false, sites: [{ domain: 'a.example', root: '/srv/"a"' }], password: 'plain', env: 'a$b' }

test('fault 76: values stand as they are: no HTML, nothing rendered twice', () => {
  assert.equal(conf({ ...values, name: '{{password}} <&>' }).text, '# {{password}} <&>: a&b <c> "d"\ntls off\nsite a.example "/srv/\\"a\\""\npassword=plain\nenvironment: "a$$b"\n')
})

test('with a secret in it, all of it is secret', () => {
  const content = conf({ ...values, password: new Secret('correct horse') })
  assert.equal(content.secret, true)
  assert.match(content.text ?? '', /password=correct horse/)
  assert.equal(conf(values).secret, false)
})

test('fault 76: a view that does not fit is told, without its values', () => {
  // @ts-expect-error a name is text
  assert.throws(() => conf({ ...values, name: 5 }), /files\/conf\.hbs: its view: name: .*expected string/)
})

test('yaml and compose write what YAML reads as the same text', () => {
  for (const text of ['plain', '', 'yes', '007', 'a: b', '- x', '#c', '"q"', "it's", '\\', 'a\nb', '\t', 'é☃', '{x}', '%', '$HOME', '\u2028']) {
    const line = /^site a\.example (.*)$/m.exec(conf({ ...values, sites: [{ domain: 'a.example', root: text }] }).text?.replaceAll('\u2028', '\\u2028') ?? '')?.[1] ?? ''
    assert.equal(parse(line.replaceAll('\\u2028', '\\u2028')), text)
  }
})

const VIEW = shapeOf(z.strictObject({ a: z.string(), b: z.array(z.strictObject({ name: z.string(), tags: z.record(z.string(), z.strictObject({ of: z.string() })).optional() })).default([]) }))
const checks: readonly (readonly [what: string, text: string, problems: readonly string[]])[] = [
  ['fine', '{{a}} {{#if b}}x{{/if}}', []],
  ['a misspelt name', '{{aa}} {{a}} {{b}}', ['"aa" is not in the view']],
  ['a misspelt name in a condition, which Handlebars would not see', '{{a}}{{b}}{{#if bb}}x{{/if}}', ['"bb" is not in the view']],
  ['a misspelt name in a loop', '{{a}}{{b}}{{#each cc as |c|}}{{c}}{{/each}}', ['"cc" is not in the view']],
  ['a key that is not used', '{{a}}', ['t.hbs: "b" is in the view and not in the template']],
  ['this', '{{a}}{{#each b as |x|}}{{this}}{{/each}}', ['"this" hides what is meant']],
  ['a name from outside of a block', '{{a}}{{#each b as |x|}}{{../a}}{{/each}}', ['"../a" hides what is meant']],
  ['a misspelt name of an item, which Handlebars would print as nothing', '{{a}}{{#each b as |x|}}{{x.nmae}}{{#if x.tgas}}{{/if}}{{/each}}', ['"x.nmae": there is no "nmae" in x', '"x.tgas": there is no "tgas" in x']],
  ['a loop in a loop, and a name of the view in it', '{{#each b as |x i|}}{{i}}{{a}}{{#each x.tags as |t|}}{{x.name}}{{t.of}}{{@index}}{{t.off}}{{/each}}{{/each}}', ['"t.off": there is no "off" in t']],
  ['the item left out', '{{a}}{{#each b as |x|}}{{name}}{{/each}}', ['"name" is not in the view']],
  ['a way around', '{{a}}{{#each b as |x|}}{{@root.a}}{{/each}}', ['there is no "@root.a"']],
  ['an item with the name of a helper, which could not be called any more', '{{a}}{{#each b as |each|}}{{each.name}}{{/each}}', ['"each" is a helper, and no name for an item']],
  ['a helper that is not there', '{{a}}{{b}}{{upper a}}', ['there is no helper "upper"']],
  ['a partial', '{{a}}{{b}}{{> other}}', ['a template takes no partials']],
  ['not closed', '{{a}}{{#if b}}', ['the template cannot be read']],
]
for (const [what, text, problems] of checks) test(`fault 76: check: ${what}`, () => assert.deepEqual(checkTemplate('t.hbs', text, VIEW).map(({ message }) => message), problems))

test('a problem is shown at its place, with the nearest name', () => {
  const settings = shapeOf(z.object({ settings: z.array(z.object({ key: z.string() })), site: z.string() }))
  const hints = (text: string) => checkTemplate('t.hbs', text, settings).map(({ hint }) => hint)
  assert.deepEqual(hints('{{site}}{{#each settings}}{{key}}{{/each}}'), ['name the item: {{#each settings as |item|}}{{item.key}}'])
  assert.deepEqual(hints('{{site}}{{#each settings}}{{siet}}{{/each}}'), ['did you mean "site"?'])
  assert.equal(checkTemplate('t.hbs', 'x\n  {{nmae}}\n', shapeOf(z.object({ name: z.string() }))).map(printDiagnostic)[0], 't.hbs:2:5 "nmae" is not in the view\n      {{nmae}}\n        ~~~~\n  did you mean "name"?')
})

test('fault 76: more expressions than can be compiled in time are refused', () => assert.match(checkTemplate('t.hbs', '{{a}}'.repeat(2001), shapeOf(z.object({ a: z.string() })))[0]?.message ?? '', /more than 2000/))

test('what is declared is checked before anybody is contacted', () => {
  assert.deepEqual(checkTemplates(), [])
  template(import.meta, 'files/missing.hbs', z.strictObject({}))
  assert.match(checkTemplates()[0]?.message ?? '', /missing\.hbs: ENOENT/)
})
