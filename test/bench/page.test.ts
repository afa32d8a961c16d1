/** docs/performance.md says what was measured last. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { filled } from '../../bench/figures/keep.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('a table takes the place of the one before it, and of no other', () => {
  const page = 'a\n<!-- bench:x -->\n\nold\n\n<!-- end -->\nb\n<!-- bench:y -->\nother\n<!-- end -->\n'
  assert.equal(filled(page, 'x', 'costs $1\n'), 'a\n<!-- bench:x -->\n\ncosts $1\n\n<!-- end -->\nb\n<!-- bench:y -->\nother\n<!-- end -->\n')
  assert.throws(() => filled(page, 'z', ''), /no place for z/)
})

test('the page has the tables of the results', () => {
  const page = readFileSync(`${root}/docs/performance.md`, 'utf8')
  const names = [...page.matchAll(/<!-- bench:(\w+) -->/g)].map(([, name = '']) => name)
  assert.deepEqual(names, ['peers', 'distance', 'work', 'width', 'start'])
  for (const name of names) {
    const file = `${root}/bench/results/${name}.md`
    const table = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'Not measured yet.'
    const [, place = ''] = new RegExp(`<!-- bench:${name} -->([^]*?)<!-- end -->`).exec(page) ?? []
    assert.ok(place.trim().endsWith(table), `${name}: the page and ${file} differ; the bench writes both`)
  }
})
