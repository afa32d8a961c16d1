import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cases, gauge } from '../rig/cases.ts'
import { readDotenv } from '../../engine/secrets/dotenv.ts'
import { EnvFileError, envFile, parseEnvFile } from '../../engine/values/env-file.ts'

// What it reads is judged by the real Compose: test/hosts/dotenv.test.ts.

test('every problem is told with its line, and no value', () => {
  const read = readDotenv('# ok\nA=hunter$2\nB="fine\nover lines"\n\nnonsense hunter2\nC="hunter2" x\nA=1\nD="hunter\\q2"\nE=\'hunter2\n')
  assert.ok(!read.ok)
  assert.deepEqual(read.error.map(({ line, message }) => `${line} ${message.split(':')[0]}`), [
    '2 A',
    '6 this is not KEY=value, with letters, digits and "_" in KEY',
    '7 C',
    '8 A stands on line 2 already',
    '9 D',
    '10 E',
  ])
  assert.ok(!JSON.stringify(read.error).includes('hunter'))
})

const fromWindows: readonly (readonly [what: string, text: string])[] = [
  ['a byte order mark', '\ufeffA=1\nB=2\n'],
  ['a byte order mark before a comment', '\ufeff# x\nA=1\nB=2\n'],
  ['CRLF, of which a store has taken the last newline', 'A=1\r\nB=2\r'],
  ['the same behind quotes', 'A=1\r\nB="2"\r'],
  ['the same behind a comment', 'A=1\r\nB=2\r\n# x\r'],
  ['the same on a line of its own', 'A=1\r\nB=2\r\n\r'],
]
for (const [what, text] of fromWindows)
  test(`written on Windows: ${what}`, () => {
    const read = readDotenv(text)
    assert.deepEqual(read.ok ? [...read.value] : read.error, [['A', '1'], ['B', '2']])
  })

test('a name that means something to JavaScript is a name', () => {
  const read = readDotenv('__proto__=x\nconstructor=y\n')
  assert.deepEqual(read.ok && [...read.value], [['__proto__', 'x'], ['constructor', 'y']])
})

test('long documents take no long time', () => {
  const long = `A="${'\\"'.repeat(200_000)}`
  const began = performance.now()
  assert.ok(!readDotenv(long).ok)
  assert.ok(readDotenv(`${'A'.repeat(50_000)}=1`).ok)
  assert.ok(readDotenv(Array.from({ length: 5000 }, (_, n) => `K${n}=v`).join('\n')).ok)
  assert.ok(performance.now() - began < 3000)
})

/** A document of every kind of line, with pieces cut out, doubled or put in. Every value holds a word that no message may show, and that is no name: names are told. */
const SEED = `# comment\nexport A=hun-ter\nB='hun-ter $x' # y\nC="hun-ter\\n\\$5 \\"q\\"\nmore hun-ter"\nD=\n\n E = hun-ter two \nF="hun-ter"\r\nG=""\n`
const PIECES = ['"', "'", '\\', '$', '$$', '${', '}', '=', ' ', '\t', '\r', '\n', '#', '\0', '\ufeff', '\u0085', 'é', 'export ', 'A=', '__proto__=', '`', '\\x', '\\n']
const damaged = fc
  .array(fc.tuple(fc.nat(), fc.nat(12), fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 }))), { minLength: 1, maxLength: 6 })
  .map((edits) => edits.reduce((text, [at, cut, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + (cut > 6 ? 0 : cut)), SEED))

test('a damaged document is read, or refused with its lines and none of its values; what is read can be written and read again', { timeout: cases(60_000, 1_800_000) }, (t) => {
  const measured = gauge(t)
  const count = cases(2_000, 300_000)
  let [refused, slowest] = [0, 0]
  fc.assert(
    fc.property(damaged, (text) => {
      const begin = performance.now()
      const read = readDotenv(text)
      slowest = Math.max(slowest, performance.now() - begin)
      if (read.ok) return assert.deepEqual(parseEnvFile(envFile(Object.fromEntries(read.value)).text ?? ''), read.value)
      refused++
      for (const { line, message } of read.error) {
        assert.ok(line >= 1 && line <= text.split('\n').length, `line ${line}`)
        assert.doesNotMatch(message, /-ter|[\0\n]/)
      }
    }),
    { numRuns: count },
  )
  measured(count)
  assert.ok(refused > count / 10 && refused < count, `${refused} refused: the damage should hit some and spare some`)
  assert.ok(slowest < 1_000, `the slowest took ${slowest} ms`)
})

test('what another program made of an .env of ours is read, or refused with its line and no value', { timeout: cases(60_000, 1_800_000) }, (t) => {
  const measured = gauge(t)
  const count = cases(2_000, 300_000)
  fc.assert(
    fc.property(damaged, (text) => {
      try {
        for (const [name, value] of parseEnvFile(text)) assert.ok(/^\w+$/.test(name) && typeof value === 'string')
      } catch (error) {
        if (!(error instanceof EnvFileError)) throw error
        assert.match(error.message, /^line \d+ is not KEY="value"/)
      }
    }),
    { numRuns: count },
  )
  measured(count)
})
