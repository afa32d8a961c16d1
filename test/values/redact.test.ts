import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { inspect } from 'node:util'
import { test } from 'node:test'
import fc from 'fast-check'
import { envFile } from '../../engine/values/env-file.ts'
import { quote } from '../../engine/values/quote.ts'
import { redact, speakOf } from '../../engine/values/redact.ts'
import { Secret } from '../../engine/values/secret.ts'

/** Every way in which a secret may come back from a host. */
const encodings: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  JSON: (secret) => JSON.stringify({ value: secret }),
  "Go's JSON": (secret) => JSON.stringify([secret]).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  'JSON in ASCII': (secret) => JSON.stringify([secret]).replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
  "PHP's JSON": (secret) => JSON.stringify([secret]).replaceAll('/', '\\/'),
  'shell-quoted': (secret) => quote(secret),
  '.env': (secret) => envFile({ A: secret }).text ?? '',
  'a Compose file': (secret) => JSON.stringify(secret.replaceAll('$', '$$$$')),
  'part of a URL': (secret) => `postgres://app:${encodeURIComponent(secret)}@db/app`,
  'part of a URL, lower case': (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  'quoted by dash': (secret) => `'${secret.replaceAll("'", `'"'"'`)}'`,
  'in double quotes': (secret) => `"${secret.replace(/[\\"$`]/g, '\\$&')}"`,
  "a URL of Python's": (secret) => encodeURIComponent(secret).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
  'a form': (secret) => new URLSearchParams({ password: secret }).toString(),
}

const base64s: Readonly<Record<string, (bytes: Buffer) => string>> = {
  base64: (bytes) => bytes.toString('base64'),
  base64url: (bytes) => bytes.toString('base64url'),
}

const word = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 60 }).map((text) => text.trim().padEnd(8, 'x'))
const text = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).map((text) => text.trim().normalize().padEnd(8, 'x'))
const secret = fc.oneof(word, text, fc.tuple(word, text).map(([a, b]) => `${a}\n${b}`))

/** Made before anything is redacted, as in a run. */
const secrets = fc.sample(secret, 150).map((value) => new Secret(value).reveal())

for (const [what, encode] of Object.entries(encodings))
  test(`fault 93: a secret is found: ${what}`, () => {
    // What the encoding adds around the value stays; the value does not.
    const [before = '', after = ''] = encode('CANARY').split('CANARY')
    for (const value of secrets) {
      const encoded = encode(value)
      const left = redact(`<${encoded}>`)
      assert.ok(left.startsWith(`<${before.slice(0, -1)}`) && left.includes('[secret]'), left)
      assert.ok(!left.includes(encoded.slice(before.length, encoded.length - after.length)), left)
    }
  })

for (const [what, encode] of Object.entries(base64s))
  test(`fault 93: a secret is found in ${what}, wherever it begins in what was encoded`, () => {
    for (const [index, value] of secrets.entries()) {
      const [before, after] = [Buffer.alloc(index % 7, 1), Buffer.alloc(index % 5, 2)]
      const left = redact(encode(Buffer.concat([before, Buffer.from(value), after])))
      assert.ok(left.includes('[secret]'), left)
      // Beside the neighbours' own characters, at most two on either side are left that hold bits of both, and padding.
      const lost = Math.ceil((before.length * 4) / 3) + Math.ceil((after.length * 4) / 3) + 8
      assert.ok(left.replace('[secret]', '').length <= lost, left)
    }
  })

test('a private key comes back in lines: raw, by base64 and by openssl', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${Array.from({ length: 20 }, (_, n) => `line${n}${'kEyMaTeRiAl'.repeat(5)}`).join('\n')}\n-----END PRIVATE KEY-----\n`
  new Secret(key)
  for (const argv of [['cat'], ['base64'], ['base64', '-w64']]) {
    const lines = execFileSync(argv[0] ?? '', argv.slice(1), { input: key, encoding: 'utf8' }).trim().split('\n')
    const left = lines.map(redact)
    assert.deepEqual(left.filter((line) => line.replaceAll('[secret]', '').length > 7), [], argv.join(' '))
  }
})

test('a secret prints as [secret] wherever it is put', () => {
  const secret = new Secret('correct horse')
  assert.deepEqual([`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String([secret])], ['[secret]', '{"secret":"[secret]"}', '{ secret: [secret] }', '[secret]'])
})

test('fault 92: what is too short to be told from ordinary words stays as it is', () => {
  new Secret('on')
  new Secret('   ')
  new Secret('')
  assert.equal(redact('turned on    and off'), 'turned on    and off')
})

test('fault 93: of two secrets that overlap nothing is left, as they are and in base64', () => {
  for (const value of ['overlap-ends-SHARED', 'SHARED-begins-the-other', 'q__proto__', '__proto__!.xOK rst']) new Secret(value)
  assert.equal(redact('<overlap-ends-SHARED-begins-the-other>'), '<[secret]>')
  // One byte before it could be the "q": its last bits are the same.
  const encoded = Buffer.from('\x01\x01\x01\x01\x01__proto__!.xOK rst\x02').toString('base64')
  assert.match(redact(encoded), /^AQEBAQ\[secret\].{0,5}$/)
  assert.equal(redact('q__proto__q__proto__'), '[secret][secret]')
})

test('the longer of two secrets wins', () => {
  new Secret('hunter2')
  new Secret('hunter2-and-more')
  assert.equal(redact('x hunter2-and-more y hunter2'), 'x [secret] y [secret]')
})

test('a thousand secrets and a megabyte of output do not take long', () => {
  for (let n = 0; n < 1000; n++) new Secret(`generated secret number ${n} $`)
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(23_000)
  const before = process.cpuUsage() // the machine may be busy with other things
  assert.equal(redact(text), text)
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 3_000_000, `${(user + system) / 1000} ms`)
})

test('fault 92: a name that is said anyway stays, though a secret is the same or begins with it', () => {
  speakOf(['mongo', 'MONGO_PASSWORD'])
  new Secret('mongo')
  new Secret("MONGO_PASSWORD='with battery staple'")
  assert.equal(redact("mongo/.env: changed MONGO_PASSWORD\nMONGO_PASSWORD='with battery"), 'mongo/.env: changed MONGO_PASSWORD\n[secret]')
})

test('the beginning of a long secret is hidden where a line was cut', () => {
  const long = new Secret(`begin-${'0123456789abcdef'.repeat(40)}-end`).reveal()
  for (const kept of [12, 100, 300, long.length - 1]) assert.equal(redact(`health: ${long.slice(0, kept)}\nnext`), 'health: [secret]\nnext')
  assert.equal(redact('begin-of something else'), 'begin-of something else')
})

test('of a whole .env the name of a key is no beginning; what is cut behind it is', () => {
  new Secret('REDIS_PASSWORD="vermilion-harbour-71-long-enough-to-be-cut"\nOTHER_TOKEN_NAME="x"\n')
  assert.equal(redact('requirepass $$REDIS_PASSWORD\ndid you mean "REDIS_PASSWORD"?'), 'requirepass $$REDIS_PASSWORD\ndid you mean "REDIS_PASSWORD"?')
  assert.equal(redact('saw REDIS_PASSWORD="vermilion-harbour\n'), 'saw [secret]\n')
})
