import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import fc from 'fast-check'
import { cases, gauge } from '../rig/cases.ts'
import { quote, quoteAll } from '../../engine/values/quote.ts'

const shells: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  dash: ['/bin/dash'],
  bash: ['/bin/bash'],
  'bash as sh': ['/bin/bash', '--posix'],
  'busybox ash': ['/bin/busybox', 'sh'],
}

const canary = join(tmpdir(), `hw-quote-canary-${process.pid}`)

/** Bytes 1 to 255, written and read as latin1 so that each is itself. */
const bytes = fc.uint8Array({ min: 1, max: 255, maxLength: 40 }).map((each) => Buffer.from(each).toString('latin1'))
const nasty = fc.array(fc.constantFrom("'", '"', '\\', '$', '`', '\n', '\r', ' ', '\t', '*', '?', '[', ']', '~', '#', '!', '-', '=', '(', ')', ';', '&', '|', '<', '>', '{', '}', '%', '\x7f', '\xff', 'a'), { maxLength: 12 }).map((each) => each.join(''))
const attacks = ['', '$(touch CANARY)', '`touch CANARY`', "'; touch CANARY; '", "\\'; touch CANARY; #", '\n touch CANARY\n', '&& touch CANARY', "$'\\n'", '-e', '--', '~', '~root', '!!', '#x', '%s', '\\c', '*', '/*', '{a,b}', '$((1/0))', '${x:?}', "'", "''", "'\\''"].map((each) => each.replace('CANARY', canary))

for (const [name, [program, ...args]] of Object.entries(shells)) {
  test(`every word comes through as it is, and nothing of it runs: ${name}`, { timeout: cases(60_000, 900_000) }, (t) => {
    const measured = gauge(t)
    let count = 0
    fc.assert(
      fc.property(fc.array(fc.oneof(bytes, nasty), { minLength: 500, maxLength: 1000 }), (random) => {
        const words = [...attacks, ...random]
        count += words.length
        const script = `printf '%s\\0' ${quoteAll(words)}\n`
        const out = execFileSync(program, args, { input: Buffer.from(script, 'latin1'), maxBuffer: 1e8 })
        assert.deepEqual(out.toString('latin1').split('\0').slice(0, -1), words)
      }),
      { numRuns: cases(34, 520) },
    )
    measured(count)
    assert.ok(!existsSync(canary))
  })

  test(`every byte alone, and with letters around it, comes through as it is: ${name}`, () => {
    const each = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1))
    const words = [...each, ...each.map((byte) => `a${byte}b`), ...each.map((byte) => byte.repeat(2))]
    const out = execFileSync(program, args, { input: Buffer.from(`cd /\nprintf '%s\\0' ${quoteAll(words)}\n`, 'latin1') })
    assert.deepEqual(out.toString('latin1').split('\0').slice(0, -1), words)
  })

  test(`quoted twice it is read twice: ${name}`, () => {
    const words = [...attacks, "a'b\"c"]
    const script = `sh -c ${quote(`printf '%s\\0' ${quoteAll(words)}`)}\n`
    const out = execFileSync(program, args, { input: script })
    assert.deepEqual(out.toString().split('\0').slice(0, -1), words)
    assert.ok(!existsSync(canary))
  })
}

test('a NUL is refused: no shell word holds it', () => assert.throws(() => quote('a\0b'), /NUL/))

test('what needs no quotes has none, so that people can read it', () => {
  assert.equal(quoteAll(['chown', '-h', '--', 'www-data:adm', '/srv/a_b.c', 'A=1,2', '50%', '@x', 'a+b']), 'chown -h -- www-data:adm /srv/a_b.c A=1,2 50% @x a+b')
  assert.equal(quoteAll(['a b', '', "it's"]), `'a b' '' 'it'\\''s'`)
})
