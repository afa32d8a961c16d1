import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import type { Problems } from '../../engine/inventory/draft.ts'
import { toPlain } from '../../engine/inventory/located.ts'
import { Source } from '../../engine/inventory/source.ts'
import { parseYaml } from '../../engine/inventory/yaml.ts'

function read(text: string) {
  const problems: Problems = { errors: [], warnings: [] }
  const root = parseYaml(new Source('f.yml', text), problems)
  return { value: root === undefined ? undefined : toPlain(root), errors: problems.errors.map(printDiagnostic).join('\n') }
}

const values: readonly (readonly [what: string, text: string, value: unknown])[] = [
  ['nothing', '', null],
  ['only comments', '# nothing\n', null],
  ['CRLF', 'a: 1\r\nb: two\r\n', { a: 1, b: 'two' }],
  ['an empty body', 'a:\nb: 1\n', { a: null, b: 1 }],
  ['YAML 1.2 words', 'a: [yes, no, on, off, true]', { a: ['yes', 'no', 'on', 'off', true] }],
  ['numbers', 'a: [0, -1, 1.5, 1.10, 1e3]', { a: [0, -1, 1.5, 1.1, 1000] }],
  ['quoted numbers', 'a: ["0755", \'1.10\', !!str 16]', { a: ['0755', '1.10', '16'] }],
  ['keys as they are written', '1.10: a\ntrue: b\n0x1: c', { '1.10': 'a', true: 'b', '0x1': 'c' }],
  ['an alias', 'a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
  ['a merge key: what is said wins', 'a: &x {b: 1, c: 1}\nd: {<<: *x, c: 2}', { a: { b: 1, c: 1 }, d: { c: 2, b: 1 } }],
  ['JSON', '{"a": [1, "x", null]}', { a: [1, 'x', null] }],
  ['a block of text', 'a: |\n  one\n  two\n', { a: 'one\ntwo\n' }],
  ['one document with its marks', '---\na: 1\n...\n', { a: 1 }],
]

for (const [what, text, value] of values) {
  test(`fault 71: reads ${what}`, () => assert.deepEqual({ ...read(text) }, { value, errors: '' }))
}

const errors: readonly (readonly [what: string, text: string, printed: string])[] = [
  ['a tab', 'a:\n\tb: 1\n', 'f.yml:2:1 a tab where YAML wants spaces\n    \t…\n    ~\n  indent with spaces'],
  ['a key twice', 'a: 1\nb: 2\na: 3\n', 'f.yml:3:1 "a" stands twice in the same map\n    a: …\n    ~\n  the first is on line 1: keep one of them'],
  ['1 and "1"', '1: a\n"1": b\n', 'f.yml:2:1 "1" stands twice in the same map\n    "1": …\n    ~~~\n  the first is on line 1: keep one of them'],
  ['an unknown tag', 'a: !vault x\n', 'f.yml:1:4 unknown tag !vault\n    a: !vault…\n       ~~~~~~\n  values are plain but for !secret NAME, !secret NAME#KEY and !secrets PREFIX/, which stand for what a secret store holds'],
  ['a known tag that is not data', 'a: !!binary aGk=\n', 'f.yml:1:4 unknown tag tag:yaml.org,2002:binary\n    a: !!binary…\n       ~~~~~~~~\n  values are plain but for !secret NAME, !secret NAME#KEY and !secrets PREFIX/, which stand for what a secret store holds'],
  ['two documents', 'a: 1\n---\nb: 2\n', 'f.yml:2:1 there is more than one YAML document in this file\n    ---\n    ~~~\n  remove the second "---"'],
  ['an octal mode', 'mode: 0755\n', 'f.yml:1:7 this number would not stay as it is written\n    mode: …\n          ~\n  quote it: a bare 0755 is the number 755, and long numbers lose digits'],
  ['0o755', 'mode: 0o755\n', 'f.yml:1:7 this number would not stay as it is written\n    mode: …\n          ~\n  quote it: a bare 0755 is the number 755, and long numbers lose digits'],
  ['a long number', 'id: 12345678901234567890\n', 'f.yml:1:5 this number would not stay as it is written\n    id: …\n        ~\n  quote it: a bare 0755 is the number 755, and long numbers lose digits'],
  ['an infinite number', 'a: 1e999\n', 'f.yml:1:4 this number would not stay as it is written\n    a: …\n       ~\n  quote it: a bare 0755 is the number 755, and long numbers lose digits'],
  ['an alias without anchor', 'a: *x\n', 'f.yml:1:4 what begins with "*" repeats an anchor (&), and there is none of that name before this\n    a: …\n       ~\n  quote it when it is a text'],
  ['an alias to itself', 'a: &x [*x]\n', 'f.yml:1:8 what begins with "*" repeats an anchor (&), and there is none of that name before this\n        … […\n           ~\n  quote it when it is a text'],
  ['a key that is a map', '{a: 1}: 2\n', 'f.yml:1:1 a key must be a plain word\n    {…: …\n    ~~~~~'],
  ['an old YAML', '%YAML 1.1\n---\na: yes\n', 'f.yml:1:1 only YAML 1.2 is read\n    %…\n    ~\n  remove the %YAML line'],
  ['a quote left open, with a secret in it', 'db_password: "hunter2\n', 'f.yml:2:1 YAML: Missing closing "quote'],
  ['a quote left open over two lines', 'kye: "hunt\n  er22\n', 'f.yml:3:1 YAML: Missing closing "quote'],
  ['what looks like a tag', 'kye: !hunter22\n', 'f.yml:1:6 what begins with "!" is a tag, and this one is not known\n    kye: …\n         ~\n  quote it when it is a text; values are plain but for !secret NAME, !secret NAME#KEY and !secrets PREFIX/, which stand for what a secret store holds'],
  ['a misspelt tag', 'kye: !secert a/b\n', 'f.yml:1:6 unknown tag !secert\n    kye: !secert…\n         ~~~~~~~\n  did you mean "!secret"?'],
  ['what looks like a block', 'kye: |hunter22\n', 'f.yml:1:7 YAML: Block scalar header includes extra characters'],
]

for (const [what, text, printed] of errors) {
  test(`fault 71: refuses ${what}`, () => assert.equal(read(text).errors, printed))
}

test('several problems are said at once, and the value of a secret is not shown', () => {
  const { errors } = read('a: 0755\npassword: 0123\na: !x y\n')
  assert.equal(errors.split('\n').filter((line) => line.startsWith('f.yml')).length, 4)
  assert.match(errors, /password: …/)
  assert.doesNotMatch(errors, /0123/)
})

const bombs: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ['aliases', `a: &a [${'x,'.repeat(99)}x]\n${'bcdefgh'.replace(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(99)}y]\n`)}`, /more than 100000 values/],
  ['nested lists', '['.repeat(100_000), /deeper than 64/],
  ['nested maps', '{a: '.repeat(100_000), /deeper than 64/],
  ['nested blocks', Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /deeper than 64/],
  ['a depth just too much', `${'['.repeat(70)}${']'.repeat(70)}`, /deeper than 64/],
  ['many values', 'a:\n' + '- 1\n'.repeat(120_000), /more than 100000 values/],
]

for (const [what, text, says] of bombs) {
  test(`fault 71: survives a bomb of ${what}`, { timeout: 30_000 }, () => assert.match(read(text).errors, says))
}
