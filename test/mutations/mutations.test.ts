/** That the tests of the tests can be run: `npm run test:mutations` does it, which takes minutes. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { MUTATIONS } from './all.ts'
import { root } from './copy.ts'
import { chosen, mutated } from './mutation.ts'
import { page } from './page.ts'

const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('every mutation applies: its text stands in its file once, and would be another', () => {
  const stale = MUTATIONS.filter((mutation) => [undefined, read(mutation.file)].includes(mutated(read(mutation.file), mutation)))
  assert.deepEqual(stale.map(({ name, file }) => `${name}: ${file}`), [])
})

test('the tests that must see it are there', () => {
  const wanted = [...new Set(MUTATIONS.flatMap(({ tests }) => tests))].map((tests) => chosen(tests))
  assert.deepEqual(wanted.filter(({ file, titles }) => !read(file).includes(titles)), [])
})

test('every mutation has a name of its own, and stands in docs/mutations.md (npm run test:mutations -- --write)', () => {
  assert.equal(new Set(MUTATIONS.map(({ name }) => name)).size, MUTATIONS.length)
  assert.equal(read('docs/mutations.md'), page(MUTATIONS))
})
