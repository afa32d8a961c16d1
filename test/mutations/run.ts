/**
 * `npm run test:mutations [words]`: the tests of the tests. Takes away, one after the other, what protects (in a copy of the tree), and runs
 * the tests that must see it. Ends with 1 when one does not, when a mutation no longer applies, or when a test is red without any.
 * With words, only the mutations whose names hold one of them. `--write`: nothing is run, the table goes into docs/mutations.md.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MUTATIONS } from './all.ts'
import { Copy, root } from './copy.ts'
import type { Mutation } from './mutation.ts'
import { page } from './page.ts'
import { judge } from './verdict.ts'

interface Row {
  /** Undefined: no test saw it. */
  readonly caughtBy: string | undefined
  readonly problem?: string
}

const words = process.argv.slice(2)
if (words.includes('--write')) {
  writeFileSync(join(root, 'docs/mutations.md'), page(MUTATIONS))
  process.exit()
}
const chosen = MUTATIONS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))

using copy = new Copy()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    copy[Symbol.dispose]()
    process.exit(130)
  })
let problems = 0
const complain = (text: string): void => {
  problems++
  console.log(`  ✗ ${text}`)
}

console.log('without any mutation')
for (const tests of new Set(chosen.flatMap((mutation) => mutation.tests))) {
  const verdict = await judge(copy.path, tests)
  if (verdict.kind === 'broken') complain(`${tests}: ${verdict.why}`)
  else if (verdict.failed.length > 0 || verdict.passed === 0) complain(`${tests}: ${verdict.passed} passed, red: ${verdict.failed.join(', ')}`)
}

console.log(`${chosen.length} mutations`)
for (const mutation of chosen) {
  const began = performance.now()
  const row = await tried(mutation)
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6)
  const survived = row.caughtBy === undefined && row.problem === undefined
  if (row.problem !== undefined) complain(`${mutation.name}: ${row.problem}`)
  else if (survived && mutation.gap === undefined) complain(`${mutation.name}: SURVIVED ${mutation.tests.join(', ')}`)
  else if (!survived && mutation.gap !== undefined) complain(`${mutation.name}: is seen after all, by ${row.caughtBy}: it is no gap any more`)
  else console.log(`${seconds} s  ${mutation.name}: ${survived ? `KNOWN GAP: ${mutation.gap}` : row.caughtBy}`)
}

const gaps = chosen.filter(({ gap }) => gap !== undefined).length
console.log(`${chosen.length} mutations, ${gaps} known gaps, ${problems} problems`)
process.exitCode = problems === 0 ? 0 : 1

/** Every file that is named must go red; told is the first test of each that did. */
async function tried(mutation: Mutation): Promise<Row> {
  using applied = copy.with(mutation)
  if (!applied) return { caughtBy: undefined, problem: `does not apply: its text does not stand once in ${mutation.file}` }
  const caught: string[] = []
  for (const tests of mutation.tests) {
    const verdict = await judge(copy.path, tests)
    if (verdict.kind === 'broken') return { caughtBy: undefined, problem: verdict.why }
    const [first] = verdict.failed
    if (first === undefined) return { caughtBy: undefined }
    caught.push(first)
  }
  return { caughtBy: caught.join(', ') }
}
