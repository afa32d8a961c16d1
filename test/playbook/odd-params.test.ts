/** What no schema expects, in the params of every role, task and action: it may be refused, and must not throw. That would pass for a bug of ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import * as actions from '../../engine/actions/index.ts'
import * as tasks from '../../engine/tasks/index.ts'
import { roles } from '../../roles/index.ts'

const ODD = [undefined, null, '', 'x', '0', '256mb', '-1k', '{{x}}', '\0', 0, -1, 1.5, Number.NaN, 2 ** 53, true, [], [null], {}, { x: null }] as const

const schemas = [...roles.map(({ name, params }) => [name, params] as const), ...Object.values({ ...tasks, ...actions }).map(({ taskName, params }) => [taskName, params] as const)]

/** What one or the other param takes. */
const GOOD = ['shop', '/srv/shop', 'shop:v1', '0644', '* * * * *', 'https://example.com/x', 'a'.repeat(64), 1, true, [], ['shop'], {}, { x: 'y' }]

/** What only the params together say. */
const BESIDES: Readonly<Record<string, object>> = {
  authorizedKeys: { keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRpZ2l0cyBvZiBhIGtleSB0aGF0IGlzIG5vYm9keSdz'] },
  cron: { state: 'absent' }, dockerLogin: { registry: 'ghcr.io', state: 'out' }, download: { unverified: true }, file: { content: 'x' }, line: { line: 'x' }, service: { enabled: true }, rollout: { restore: '20261121T131500Z' },
}

/** The params with what is required, one for each form that they have. */
function formsOf(schema: z.ZodType): { readonly keys: readonly string[]; readonly whole: Readonly<Record<string, unknown>> }[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((each) => (each instanceof z.ZodType ? formsOf(each) : []))
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodType ? formsOf(schema.in) : []
  if (!(schema instanceof z.ZodObject)) return []
  const keys = Object.keys(schema.shape)
  const required = Object.entries(schema.shape).filter(([, each]) => each instanceof z.ZodType && !each.safeParse(undefined).success)
  return [{ keys, whole: Object.fromEntries(required.map(([key, each]) => [key, GOOD.find((value) => each instanceof z.ZodType && each.safeParse(value).success)])) }]
}

for (const [name, schema] of schemas)
  test(`odd params: ${name}`, () => {
    const forms = formsOf(schema).map(({ keys, whole }) => ({ keys, whole: { ...whole, ...BESIDES[name] } }))
    assert.ok(forms.length > 0 && forms.some(({ whole }) => schema.safeParse(whole).success), `not one form of it is understood here: ${JSON.stringify(forms)}`)
    for (const odd of ODD) {
      schema.safeParse(odd)
      for (const { keys, whole } of forms)
        for (const one of keys) for (const other of keys) schema.safeParse({ ...whole, [one]: odd, [other]: whole[other] ?? odd })
    }
  })
