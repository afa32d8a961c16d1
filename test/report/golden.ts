import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Compares a whole text with `golden/NAME`, escape characters shown as ␛. `UPDATE_GOLDEN=1` writes what is printed now: to be
 * read before it is kept.
 */
export function assertGolden(name: string, text: string): void {
  const file = new URL(`golden/${name}`, import.meta.url)
  const shown = text.replaceAll('\x1b', '␛')
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, shown)
  assert.equal(shown, readFileSync(file, 'utf8'))
}
