import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { inventoryJsonSchema, varsJsonSchema } from '../../engine/inventory/json-schema.ts'

const redis = z.strictObject({ image: z.string().describe('Which Redis.'), memory: z.string().optional() })

/** Follows a path through a JSON document. */
function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined), value)
}

test('the JSON Schema completes hosts, children, vars and what they may hold', () => {
  const schema = inventoryJsonSchema()
  assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#')
  const group = at(schema, 'definitions', 'group')
  assert.deepEqual(Object.keys(Object(at(group, 'properties'))), ['hosts', 'children', 'vars'])
  assert.equal(at(group, 'additionalProperties'), false)
  const variables = at(schema, 'definitions', 'variables', 'properties')
  for (const name of ['ansible_host', 'ansible_port', 'ansible_user', 'known_hosts_file']) assert.equal(typeof at(variables, name, 'description'), 'string')
})

test('with roles it completes their variables, of which each may be given elsewhere', () => {
  for (const schema of [at(inventoryJsonSchema({ redis }), 'definitions', 'variables'), varsJsonSchema({ redis })]) {
    const role = at(schema, 'properties', 'redis', 'anyOf', '0')
    assert.equal(at(role, 'properties', 'image', 'description'), 'Which Redis.')
    assert.equal(at(role, 'additionalProperties'), false)
    assert.equal(at(role, 'required'), undefined)
  }
})
