import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Files, loaded, refused } from './folder.ts'

const P = 'inventory/production/'
const TREE = 'all: {children: {outer: {children: {inner: {hosts: {h: }}}}}}'

/** Each row adds one thing that is stronger than all before; the last one of a prefix of the rows counts. */
const stronger: readonly (readonly [what: string, file: string, text: string])[] = [
  ['"all" in the inventory', `${P}hosts.yml`, 'all: {vars: {v: 1}, children: {outer: {children: {inner: {hosts: {h: }}}}}}'],
  ['group_vars/all', `${P}group_vars/all.yml`, 'v: 2'],
  ['an outer group in the inventory', `${P}hosts.yml`, 'all: {vars: {v: 1}, children: {outer: {vars: {v: 3}, children: {inner: {hosts: {h: }}}}}}'],
  ['group_vars of the outer group', `${P}group_vars/outer/main.yml`, 'v: 4'],
  ['the inner group in the inventory', `${P}hosts.yml`, 'all: {vars: {v: 1}, children: {outer: {vars: {v: 3}, children: {inner: {vars: {v: 5}, hosts: {h: }}}}}}'],
  ['group_vars of the inner group', `${P}group_vars/inner.yaml`, 'v: 6'],
  ['the host in the inventory', `${P}hosts.yml`, 'all: {vars: {v: 1}, children: {outer: {vars: {v: 3}, children: {inner: {vars: {v: 5}, hosts: {h: {v: 7}}}}}}}'],
  ['host_vars', `${P}host_vars/h.json`, '{"v": 8}'],
]

for (const [index, [what]] of stronger.entries()) {
  test(`precedence: ${what} is stronger than what is before`, async () => {
    const files: Files = Object.fromEntries(stronger.slice(0, index + 1).map(([, file, text]) => [file, text]))
    const inventory = await loaded(files)
    assert.deepEqual(inventory.hosts.get('h')?.vars.value, { v: index + 1 })
    assert.equal(inventory.hosts.get('h')?.vars.origin('v'), stronger[index]?.[1])
  })
}

test('precedence: -e is stronger than all, and a later source than an earlier', async () => {
  const files: Files = { ...Object.fromEntries(stronger.map(([, file, text]) => [file, text])), 'later.yml': 'all: {hosts: {h: {v: 9}}}' }
  const later = await loaded(files, ['production', 'later.yml'])
  assert.deepEqual(later.hosts.get('h')?.vars.value, { v: 9 })
  const extra = await loaded(files, ['production', 'later.yml'], ['v=10'])
  assert.deepEqual(extra.hosts.get('h')?.vars.value, { v: '10' })
  assert.equal(extra.hosts.get('h')?.vars.origin('v'), '-e')
  assert.deepEqual(extra.hosts.get('h')?.extra.value, { v: '10' })
})

const merges: readonly (readonly [what: string, group: string, host: string, extra: string[], value: unknown])[] = [
  ['keys of a map add up', 'r: {a: 1, b: 1}', 'r: {b: 2, c: 2}', [], { r: { a: 1, b: 2, c: 2 } }],
  ['only one level deep', 'r: {a: {x: 1, y: 1}}', 'r: {a: {x: 2}}', [], { r: { a: { x: 2 } } }],
  ['a dotted -e means just that', 'r: {a: {x: 1, y: 1}, b: 1}', '', ['r.a.x=2'], { r: { a: { x: '2', y: 1 }, b: 1 } }],
  ['two dotted -e', 'r: {a: {x: 1, y: 1, z: 1}}', '', ['r.a.x=2', 'r.a.y=3'], { r: { a: { x: '2', y: '3', z: 1 } } }],
  ['a JSON -e replaces below', 'r: {a: {x: 1, y: 1}, b: 1}', '', ['{"r": {"a": {"x": 2}}}'], { r: { a: { x: 2 }, b: 1 } }],
  ['lists are replaced', 'r: {a: [1, 2]}', 'r: {a: [3]}', [], { r: { a: [3] } }],
  ['an empty body says nothing', 'r: {a: 1}', 'r:', [], { r: { a: 1 } }],
  ['null for a key is a value', 'r: {a: 1}', 'r: {a: }', [], { r: { a: null } }],
  ['null for a plain variable is a value', 'v: 1', 'v:', [], { v: null }],
  ['a plain value over a map', 'r: {a: 1}', 'r: x', [], { r: 'x' }],
  ['a map over a plain value', 'r: x', 'r: {a: 1}', [], { r: { a: 1 } }],
]

for (const [what, group, host, extra, value] of merges) {
  test(`merging: ${what}`, async () => {
    const inventory = await loaded({ [`${P}hosts.yml`]: TREE, [`${P}group_vars/inner.yml`]: group, [`${P}host_vars/h.yml`]: host }, undefined, extra)
    assert.deepEqual(inventory.hosts.get('h')?.vars.value, value)
  })
}

test('groups that are equally deep may say the same, and different keys of a map', async () => {
  const inventory = await loaded({ [`${P}hosts.yml`]: 'a: {hosts: {h: }, vars: {v: [1], r: {x: 1, y: 1}}}\nb: {hosts: {h: }, vars: {v: [1], r: {y: 1, z: 1}}}' })
  assert.deepEqual(inventory.hosts.get('h')?.vars.value, { v: [1], r: { x: 1, y: 1, z: 1 } })
})

test('groups that are equally deep must not disagree, unless something stronger settles it', async () => {
  const disagree = 'a:\n  hosts: {h: , i: }\n  vars: {v: 1, r: {x: 1}}\nb:\n  hosts: {h: , i: }\n  vars: {v: 2, r: {x: 2}}\n'
  assert.equal(
    await refused({ [`${P}hosts.yml`]: disagree }),
    `${P}hosts.yml:6:10 h (and 1 more) gets two different values for v: here and at ${P}hosts.yml:3:10
      vars: {v: …
             ~
  neither is stronger: say it once, or say it for the host or for a group within both
${P}hosts.yml:6:20 h (and 1 more) gets two different values for r.x: here and at ${P}hosts.yml:3:20
                 … r: {x: …
                       ~
  neither is stronger: say it once, or say it for the host or for a group within both`,
  )
  const settled = await loaded({ [`${P}hosts.yml`]: disagree, [`${P}host_vars/h.yml`]: 'v: 3\nr: {x: 3}' , [`${P}host_vars/i.yml`]: 'v: 4'}, undefined, ['r.x=5'])
  assert.deepEqual([...settled.hosts.values()].map((host) => host.vars.value), [{ v: 3, r: { x: '5' } }, { v: 4, r: { x: '5' } }])
})

test('a host named twice in one source must not be told two things', async () => {
  const printed = await refused({ [`${P}hosts.yml`]: 'a: {hosts: {h: {v: 1}}}\nb: {hosts: {h: {v: 2}}}' })
  assert.match(printed, /^inventory\/production\/hosts.yml:2:17 h gets two different values for v: here and at inventory\/production\/hosts.yml:1:17/)
})

test('two files about the same name must not disagree', async () => {
  const printed = await refused({ [`${P}hosts.yml`]: TREE, [`${P}host_vars/h/a.yml`]: 'v: 1', [`${P}host_vars/h/b.yml`]: 'v: 2' })
  assert.match(printed, /b.yml:1:1 h gets two different values for v: here and at .*a.yml:1:1/)
})

test('the longest way from "all" is the depth of a group', async () => {
  const inventory = await loaded({ [`${P}hosts.yml`]: 'all: {children: {near: {vars: {v: near}}, far: {children: {near: {hosts: {h: }}}, vars: {v: far}}}}' })
  assert.deepEqual(inventory.hosts.get('h')?.groups, ['all', 'far', 'near'])
  assert.deepEqual(inventory.hosts.get('h')?.vars.value, { v: 'near' })
})
