import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { editScript } from '../../engine/values/edit-script.ts'
import { unifiedDiff } from '../../engine/values/text-diff.ts'

/** Applies a unified diff, strictly: positions, context and removed lines must be what the diff says. */
function apply(before: string, diff: string): string {
  if (diff === '') return before
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const out: string[] = []
  let at = 0
  for (const hunk of diff.split(/^(?=@@ )/m).slice(1)) {
    const [, start = '', length = '1', newStart = '', newLength = '1'] = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n/.exec(hunk) ?? []
    const lines = hunk.replace(/^.*\n/, '').match(/[ +-][^\n]*\n(?:\\[^\n]*\n)?/g) ?? []
    const from = Number(start) - (length === '0' ? 0 : 1)
    while (at < from) out.push(old[at++] ?? '')
    assert.equal(out.length, Number(newStart) - (newLength === '0' ? 0 : 1), 'the new start')
    const seen = { old: 0, new: 0 }
    for (const line of lines) {
      const text = /\n\\/.test(line) ? line.slice(1, line.indexOf('\n')) : line.slice(1)
      if (line[0] !== '+') assert.equal(old[at++], text), (seen.old += 1)
      if (line[0] !== '-') out.push(text), (seen.new += 1)
    }
    assert.deepEqual(seen, { old: Number(length), new: Number(newLength) })
  }
  return [...out, ...old.slice(at)].join('')
}

const rows: readonly (readonly [what: string, before: string, after: string, diff: string])[] = [
  ['same', 'a\n', 'a\n', ''],
  ['from nothing', '', 'a\nb\n', '@@ -0,0 +1,2 @@\n+a\n+b\n'],
  ['to nothing', 'a\n', '', '@@ -1 +0,0 @@\n-a\n'],
  ['a newline at the end', 'a', 'a\n', '@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n'],
  ['no newline, kept', 'a\nz', 'b\nz', '@@ -1,2 +1,2 @@\n-a\n+b\n z\n\\ No newline at end of file\n'],
  ['in the middle', '1\n2\n3\n4\n5\n6\n7\n8\n9\n', '1\n2\n3\n4\nfive\n6\n7\n8\n9\n', '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n'],
  ['two far apart', 'a\n1\n2\n3\n4\n5\n6\n7\nb\n', 'A\n1\n2\n3\n4\n5\n6\n7\nB\n', '@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n'],
  ['two whose contexts meet', 'a\n1\n2\n3\n4\n5\n6\nb\n', 'A\n1\n2\n3\n4\n5\n6\nB\n', '@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n'],
]
for (const [what, before, after, hunks] of rows) {
  test(`diff: ${what}`, () => assert.equal(unifiedDiff('f', before, after), hunks === '' ? '' : `--- f\n+++ f\n${hunks}`))
}

const texts = fc.array(fc.constantFrom('a', 'b', 'c', '', '+', '- d', '@@ -1 +1 @@', '\\ no', 'é\r'), { maxLength: 25 }).chain((lines) =>
  fc.boolean().map((ends) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : '')),
)

test('applying the diff to the old text gives the new one', () => {
  fc.assert(fc.property(texts, texts, fc.integer({ min: 0, max: 4 }), (before, after, context) => assert.equal(apply(before, unifiedDiff('f', before, after, context)), after)), { numRuns: 2000 })
})

test('the way is the shortest', () => {
  const lcs = (a: readonly string[], b: readonly string[]): number => {
    let row = new Array<number>(b.length + 1).fill(0)
    for (const x of a) row = b.reduce((next, y, n) => [...next, x === y ? (row[n] ?? 0) + 1 : Math.max(row[n + 1] ?? 0, next[n] ?? 0)], [0])
    return row[b.length] ?? 0
  }
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 })
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const edits = editScript(a, b).reduce((sum, { removed, added }) => sum + removed + added, 0)
      assert.equal(edits, a.length + b.length - 2 * lcs(a, b))
    }),
  )
})

test('`patch` understands it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'text-diff-'))
  try {
    const file = join(directory, 'f')
    const pairs = fc.sample(fc.tuple(texts, texts), { numRuns: 40, seed: 7 })
    for (const [before, after] of pairs) {
      if (before === after || after === '') continue // patch removes a file that becomes empty
      writeFileSync(file, before)
      const diff = unifiedDiff('f', before, after)
      const patched = spawnSync('patch', ['--binary', '--no-backup-if-mismatch', '-s', file], { input: diff, encoding: 'utf8', timeout: 10_000 })
      assert.equal(patched.status, 0, `${patched.error?.message ?? ''}${patched.stdout}${patched.stderr}\n${diff}`)
      assert.equal(readFileSync(file, 'utf8'), after)
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('texts that have nothing in common cost little', () => {
  const lines = (tag: string, n: number) => Array.from({ length: n }, (_, i) => `${tag}${i}\n`).join('')
  const started = performance.now()
  const diff = unifiedDiff('f', `head\n${lines('a', 50_000)}tail\n`, `head\n${lines('b', 50_000)}tail\n`)
  assert.ok(performance.now() - started < 5_000)
  assert.equal(diff.match(/^-a/gm)?.length, 50_000)
  assert.match(diff, /\n head\n[^]*\n tail\n$/)
})
