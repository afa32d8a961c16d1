import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { NetworkName, ServiceName } from '../../engine/values/schema.ts'

const odd = ['true', 'no', 'on', 'y', 'null', '123', '1_000', '1e3', '1.5', '0x1f', '2026-11-30', '0755']
const fine = ['web', 'web-1', '1st', 'e3x', 'no-1', 'shared_network', 'x86', '3com', '12ab']

test('names that YAML would read as something else are refused; those that it reads as texts are not', () => {
  for (const name of odd) assert.equal(NetworkName.safeParse(name).success, false, name)
  for (const name of odd.filter((each) => /^[a-z0-9_-]+$/.test(each))) assert.match(ServiceName.safeParse(name).error?.message ?? '', /YAML reads this as/, name)
  for (const name of fine) {
    assert.ok(NetworkName.safeParse(name).success && ServiceName.safeParse(name).success, name)
    for (const version of ['1.1', '1.2'] as const) assert.equal(parse(name, { version }), name)
  }
})
