import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digits, median } from '../../bench/figures/numbers.ts'
import { barChart } from '../../bench/figures/svg.ts'
import { markdownTable } from '../../bench/figures/table.ts'

test('the middle of an odd number, of an even one, of none', () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([])], [2, 2.5, Number.NaN])
})

test('three digits that count', () => {
  assert.deepEqual([0.7342, 2.683, 41.84, 315.4, 1234.5, 0, 0.00012, Number.NaN].map((value) => digits(value)), ['0.734', '2.68', '41.8', '315', '1235', '0', '0.000', '–'])
})

test('a table is as wide as its widest cell', () => {
  assert.equal(markdownTable(['engine', 's'], [['a', '10'], ['longer one', '2']]), '| engine     |   s |\n|------------|----:|\n| a          |  10 |\n| longer one |   2 |\n')
})

test('a chart: ten times as long is one step further, what is missing has no bar, and words are escaped', () => {
  const svg = barChart({ title: 'a < b', note: '', series: ['fresh', 'again'], rows: [{ label: 'x & y', values: [10, undefined] }, { label: 'z', values: [100, 1] }] })
  const bars = [...svg.matchAll(/<rect x="170" y="[\d.]+" width="([\d.]+)"/g)].map(([, width]) => Number(width))
  assert.deepEqual(bars, [260, 520, 1])
  assert.ok(svg.includes('x &#38; y') && svg.includes('a &#60; b'))
})
