import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashName, KnownHostIndex } from '../../../engine/transport/ssh/known-host-index.ts'
import { hashedName, parseKnownHosts, type KnownHost } from '../../../engine/transport/ssh/known-hosts.ts'
import { matchesList } from '../../../engine/transport/ssh/pattern.ts'

const KEY = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 1, 7])])
const line = (names: string) => `${names} ssh-ed25519 ${KEY.toString('base64')}`

/** What the index stands for. */
const oneByOne = (entries: readonly KnownHost[], name: string) =>
  entries.filter(({ names }) => (names.kind === 'patterns' ? matchesList(names.patterns, name) : hashName(names.salt, name) === names.hash))

test('the index finds what a look at each line finds, in the same order, however often it is asked', () => {
  const name = fc.constantFrom('a', 'ab', 'b', '[a]:2222', '10.0.0.1')
  const pattern = fc.oneof(name, fc.constantFrom('*', 'a*', '?', '!a', '!*', '[a]:*', '10.0.0.?'))
  const names = fc.oneof(fc.array(pattern, { minLength: 1, maxLength: 3 }).map((all) => all.join(',')), name.map((each) => hashedName(randomBytes(20), each)))
  fc.assert(
    fc.property(fc.array(names, { maxLength: 8 }), fc.array(name, { minLength: 1, maxLength: 4 }), (lines, asked) => {
      const { entries, warnings } = parseKnownHosts(lines.map(line).join('\n'), 'file')
      assert.deepEqual(warnings, [])
      const index = new KnownHostIndex(entries)
      for (const each of [...asked, ...asked]) assert.deepEqual(index.for(each), oneByOne(entries, each))
    }),
    { numRuns: 1000 },
  )
})
