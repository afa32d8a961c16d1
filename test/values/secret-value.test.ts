import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnoseZod } from '../../engine/diagnostic/zod.ts'
import { PlainSecret, SecretValue } from '../../engine/values/secret-value.ts'
import { Secret } from '../../engine/values/secret.ts'

const rows: readonly (readonly [schema: typeof SecretValue, value: unknown, message: string | undefined])[] = [
  [SecretValue, 'correct horse', undefined],
  [SecretValue, new Secret('from a store'), undefined],
  [SecretValue, new Secret('x'), 'a secret has at least 4 characters'],
  [SecretValue, new Secret('padded '), 'this secret begins or ends with white space'],
  [SecretValue, new Secret('changeme'), 'this is a placeholder, not a secret'],
  [PlainSecret, new Secret('two words'), 'use letters, digits and _ . ~ + = / @ % ^ : - (at least 4): it stands in a file that knows no quoting'],
  [SecretValue, '', 'a secret has at least 4 characters'],
  [SecretValue, ' padded', 'this secret begins or ends with white space'],
  [SecretValue, 'pasted\n', 'this secret begins or ends with white space'],
  [SecretValue, 'changeme', 'this is a placeholder, not a secret'],
  [SecretValue, 'your_password_here', 'this is a placeholder, not a secret'],
  [SecretValue, '<token>', 'this is a placeholder, not a secret'],
  [SecretValue, 12345, 'expected string or Secret'],
  [PlainSecret, 'aB3_.~+=/@%^:-', undefined],
  [PlainSecret, 'two words', 'use letters, digits and _ . ~ + = / @ % ^ : - (at least 4): it stands in a file that knows no quoting'],
]
for (const [schema, value, message] of rows)
  test(`faults 88 and 92: ${schema === PlainSecret ? 'plain secret' : 'secret'}: ${message ?? 'fine'} (${typeof value})`, () => {
    const parsed = schema.safeParse(value)
    assert.deepEqual(parsed.success ? undefined : diagnoseZod(parsed.error, { place: () => undefined, schema, input: value }).map((each) => each.message), message === undefined ? undefined : [message])
    if (parsed.success) assert.ok(parsed.data instanceof Secret)
  })

test('what is wrong with a secret never tells the secret', () => {
  const parsed = SecretValue.safeParse(' my-real-secret ')
  assert.ok(!parsed.success && !JSON.stringify(parsed.error).includes('my-real-secret'))
})
