import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { parseExtra } from '../../engine/inventory/extra.ts'
import { folder } from './folder.ts'

const rows: readonly (readonly [values: string[], expected: unknown])[] = [
  [[], {}],
  [['a=5'], { a: '5' }],
  [['a='], { a: '' }],
  [['a=b=c'], { a: 'b=c' }],
  [['a=true', 'b=null'], { a: 'true', b: 'null' }],
  [['a.b=c'], { a: { b: 'c' } }],
  [['a.b=1', 'a.c=2', 'a.d.e=3', 'a.d.f=4'], { a: { b: '1', c: '2', d: { e: '3', f: '4' } } }],
  [['a=1', 'a=2'], { a: '2' }],
  [['a=1 b=2'], { a: '1', b: '2' }],
  [["a='1 b=2' c=3"], { a: '1 b=2', c: '3' }],
  [['msg=hello world'], { msg: 'hello world' }],
  [["msg='hello world'"], { msg: 'hello world' }],
  [['msg="hello world"'], { msg: 'hello world' }],
  [["msg=it's fine"], { msg: "it's fine" }],
  [['cmd=run --opt=5'], { cmd: 'run --opt=5' }],
  [['password=a\\b"c#$d'], { password: 'a\\b"c#$d' }],
  [['url=http://h/?a=1&b=2'], { url: 'http://h/?a=1&b=2' }],
  [['{"a": 5, "b": {"c": [true, null, "x"]}}'], { a: 5, b: { c: [true, null, 'x'] } }],
  [['{a: 5}'], { a: 5 }],
  [['{"a": {"b": 1, "c": 1}}', 'a.b=2'], { a: { b: '2', c: 1 } }],
  [['@vars.yml'], { a: 1, b: { c: 'x' } }],
  [['@vars.json', 'a=2'], { a: '2' }],
  [['app-name=x'], { 'app-name': 'x' }],
  [['hosts=web', '{"children": 1}'], { hosts: 'web', children: 1 }],
]

for (const [values, expected] of rows) {
  test(`-e ${values.join(' -e ')}`, () => {
    using here = folder({ 'vars.yml': 'a: 1\nb: {c: x}\n', 'vars.json': '{"a": 1}' })
    const result = parseExtra(values, here.path)
    assert.deepEqual(result.ok ? result.value.value : result.error, expected)
  })
}

test('-e @~/vars.yml is in the home of the person, which the shell leaves as it is after the @', (t) => {
  using here = folder({ 'vars.yml': 'a: 1\n' })
  const before = process.env['HOME']
  t.after(() => (before === undefined ? delete process.env['HOME'] : (process.env['HOME'] = before)))
  process.env['HOME'] = here.path
  const result = parseExtra(['@~/vars.yml'], '/')
  assert.deepEqual(result.ok ? result.value.value : result.error, { a: 1 })
})

const errors: readonly (readonly [values: string[], printed: string])[] = [
  [['abc'], '-e:1:1 -e takes name=value, @file.yml or {"name": value}'],
  [['=x'], '-e:1:1 -e takes name=value, @file.yml or {"name": value}'],
  [[''], '-e:1:1 -e takes name=value, @file.yml or {"name": value}'],
  [['[1]'], '-e:1:1 -e takes a map: {"name": value}'],
  [['{"a": 1, "a": 2}'], '-e:1:10 "a" stands twice in the same map\n           … "a": …\n             ~~~\n  the first is on line 1: keep one of them'],
  [['{"a": '], '-e:1:7 YAML: Flow map must end with a }'],
  [['@'], '-e:1:1 after "@" stands a file\n    @\n    ~'],
  [['@nowhere.yml'], 'nowhere.yml:1:1 cannot read this file: there is no such file'],
  [['toString=x'], '-e:1:1 the key "toString" is not allowed\n    toString=…\n    ~~~~~~~~\n  it means something else to JavaScript: give it another name'],
  [['@list.yml'], 'list.yml:1:1 a file of variables is a map: "name: value", one a line'],
  [['@.env'], '.env:1:1 a file of variables is a map: "name: value", one a line'],
  [['a={{ b }}'], '-e:1:3 "{{ }}" is not filled in here: values are data\n    a={{ b }}\n      ~~~~~~~\n  write the value itself; what depends on something else is computed in a playbook or an inventory in TypeScript'],
  [['db_password={{ b }}'], '-e:1:13 "{{ }}" is not filled in here: values are data\n    db_password=[secret]\n                ~~~~~~~\n  write the value itself; what depends on something else is computed in a playbook or an inventory in TypeScript'],
  [['a.__proto__.b=1'], '-e:1:1 the key "__proto__" is not allowed\n    a.__proto__.b=…\n    ~~~~~~~~~~~~~\n  it means something else to JavaScript: give it another name'],
  [['ansible_port=ssh', 'ansible_usr=x'], '-e:1:14 ansible_port: a port is a number from 1 to 65535\n    ansible_port=ssh\n                 ~~~\n-e:1:1 "ansible_usr" is not supported\n    ansible_usr=…\n    ~~~~~~~~~~~\n  did you mean "ansible_user"?'],
  [[`${'a.'.repeat(70)}b=1`], `-e:1:1 this name has more than 64 parts\n    ${'a.'.repeat(70)}b=…\n    ${'~'.repeat(141)}`],
]

for (const [values, printed] of errors) {
  test(`-e ${values.join(' -e ').slice(0, 40)} is refused`, () => {
    using here = folder({ 'list.yml': '- 1\n', '.env': 'DB=hunter22\n' })
    const result = parseExtra(values, here.path)
    assert.equal(result.ok ? 'not refused' : result.error.map(printDiagnostic).join('\n'), printed)
  })
}
