import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDotenv } from '../../engine/secrets/dotenv.ts'

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
