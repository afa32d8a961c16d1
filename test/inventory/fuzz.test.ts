import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cases, gauge } from '../rig/cases.ts'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { assemble } from '../../engine/inventory/assemble.ts'
import { checkVars } from '../../engine/inventory/check-vars.ts'
import type { Problems } from '../../engine/inventory/draft.ts'
import { parseExtra } from '../../engine/inventory/extra.ts'
import { Graph } from '../../engine/inventory/graph.ts'
import { EMPTY } from '../../engine/inventory/located.ts'
import { selectHosts } from '../../engine/inventory/pattern.ts'
import { readText } from '../../engine/inventory/read.ts'
import { Source } from '../../engine/inventory/source.ts'
import { locatedVars } from '../../engine/inventory/vars.ts'

const SEEDS = [
  'all:\n  vars: {ansible_user: root, a: &x [1, "2"]}\n  children:\n    web:\n      hosts:\n        web[01:03].example.com: {ansible_port: 2222}\n    db:\n      hosts: {db1: {<<: {b: *x}}}\n      vars:\n        redis: {image: "redis:7", memory: 1.10}\n',
  '[web]\nweb[1:3]:22 a=1 b="two words" # c\n[db]\ndb1 ansible_host=192.0.2.1\n[eu:children]\nweb\ndb\n[eu:vars]\nx = {"a": [1]}\ny=\'z\'\n',
  '{"all": {"hosts": {"a": null}, "children": {"b": {"hosts": {"a": {"v": 1e3}}}}}}',
]
const PIECES = ['{', '}', '[', ']', ':', ': ', '\n', '\t', '- ', '"', "'", '#', '&x ', '*x', '!', '!vault ', '<<: ', '? ', '|', '>', '%', '---\n', '\r\n', '\0', '\ufeff', '{{ x }}', '__proto__: ', 'constructor: ', 'all:', 'hosts:', 'children:', 'vars:', '[1:9]', '[a:f]', '[99999:1]', '0755', '1:', '"1":', 'ansible_port: x', 'ansible_become: ', '=', ';', '\\', '\u202e', '\ud800', 'null', '~', '..', '1e999']

/** A seed with some pieces cut out, doubled or put in. */
const mutated = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 }))), { minLength: 1, maxLength: 6 }))
  .map(([seed, edits]) => edits.reduce((text, [at, cut, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + (cut > 6 ? 0 : cut)), seed))

function everything(text: string, file: string): number {
  const problems: Problems = { errors: [], warnings: [] }
  const graph = new Graph(problems)
  const drafts = readText(new Source(file, text), problems) ?? []
  const checked = drafts.map((draft) => ({ ...draft, vars: checkVars(draft.vars, '/', problems), hosts: draft.hosts.map((host) => ({ ...host, vars: checkVars(host.vars, '/', problems) })) }))
  graph.strengthen(graph.add(checked))
  const inventory = assemble(graph, locatedVars(EMPTY), [file], problems)
  for (const host of inventory.hosts.values()) {
    assert.ok(JSON.stringify(host.vars.value))
    assert.equal(host.groups[0], 'all')
  }
  for (const each of [...problems.errors, ...problems.warnings]) {
    assert.ok(each.at === undefined || (each.at.line >= 1 && each.at.column >= 1), each.message)
    assert.doesNotMatch(printDiagnostic(each), /[\0\u202e]/)
  }
  const selected = selectHosts(inventory, 'all:!web')
  if (inventory.groups.has('web')) assert.ok(selected.ok)
  return problems.errors.length
}

const COUNT = cases(20_000, 1_000_000)
test(`${COUNT} damaged inventories: nothing throws, nothing is slow`, { timeout: cases(240_000, 5_400_000) }, (t) => {
  const measured = gauge(t)
  let refused = 0
  let slowest = 0
  fc.assert(
    fc.property(mutated, fc.constantFrom('hosts', 'hosts.yml', 'hosts.ini'), (text, file) => {
      const begin = performance.now()
      if (everything(text, file) > 0) refused++
      slowest = Math.max(slowest, performance.now() - begin)
    }),
    { numRuns: COUNT },
  )
  measured(COUNT)
  assert.ok(refused > COUNT / 10 && refused < COUNT, `${refused} refused: the damage should hit some and spare some`)
  assert.ok(slowest < 5_000, `the slowest took ${slowest} ms`)
})

const PATTERNS = cases(2_000, 100_000)
test(`${PATTERNS} damaged patterns and -e values: nothing throws`, { timeout: cases(120_000, 1_800_000) }, (t) => {
  const measured = gauge(t)
  const problems: Problems = { errors: [], warnings: [] }
  const graph = new Graph(problems)
  graph.add(readText(new Source('hosts.yml', SEEDS[0] ?? ''), problems) ?? [])
  const inventory = assemble(graph, locatedVars(EMPTY), [], problems)
  const piece = fc.constantFrom('web', 'db1', 'all', ',', ':', '&', '!', '*', '?', '[', ']', '[0]', '[1:]', '~', '(', ')', '+', '\\', '{', 'a=', 'a.b=', '"', "'", ' ', '{"a":', '}', '=')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      // "@" reads files: not here.
      const text = pieces.join('')
      const selected = selectHosts(inventory, text)
      if (selected.ok) assert.equal(new Set(selected.value).size, selected.value.length)
      parseExtra([text], '/')
    }),
    { numRuns: PATTERNS },
  )
  measured(PATTERNS)
})

const large: readonly (readonly [what: string, text: string])[] = [
  ['blanks', ' '.repeat(500_000)],
  ['blanks after a name', `[g:vars]\nx${' '.repeat(500_000)}y`],
  ['one long word', 'a'.repeat(500_000)],
  ['quotes', '[g]\nh a="' + '\\"'.repeat(250_000)],
  ['comments', '[g]\n' + 'h # # # # #\n'.repeat(40_000)],
  ['groups in a row', Array.from({ length: 15_000 }, (_, i) => `[g${i}:children]\ng${i + 1}\n[g${i}]\n`).join('') + '[g15000]'],
  ['groups in a circle', Array.from({ length: 15_000 }, (_, i) => `[g${i}:children]\ng${(i + 1) % 15_000}\n[g${i}]\n`).join('')],
  ['ranges in many groups', Array.from({ length: 20_000 }, (_, i) => `[g${i}]\nh[1:10000]\n`).join('')],
  ['many wrong hosts', 'all:\n  hosts:\n' + Array.from({ length: 20_000 }, (_, i) => `    "h;${i}":\n`).join('')],
  ['many wrong keys', 'all:\n' + Array.from({ length: 30_000 }, (_, i) => `  k${i}: 1\n`).join('')],
]

for (const [what, text] of large) {
  test(`large files are read or refused in seconds: ${what}`, { timeout: 60_000 }, () => {
    const begin = performance.now()
    everything(text, text.startsWith('all:') ? 'hosts.yml' : 'hosts.ini')
    const took = performance.now() - begin
    assert.ok(took < 15_000, `${took} ms`)
  })
}
