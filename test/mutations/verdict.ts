import { execFile } from 'node:child_process'
import { chosen } from './mutation.ts'

/** What became of some tests: how many were run, and the titles of those that failed, the innermost first. */
export type Verdict = { readonly kind: 'ran'; readonly passed: number; readonly failed: readonly string[] } | { readonly kind: 'broken'; readonly why: string }

/** Seconds for one file of tests: what hangs says nothing about what it was to test. */
const LIMIT = 600
/** Seconds for each test of it, and for the file. */
const EACH = 120

/** Runs tests of a tree. `broken` when they could not be judged: a file that does not load has tested nothing. */
export async function judge(tree: string, tests: string): Promise<Verdict> {
  const { file, titles } = chosen(tests)
  const some = titles === '' ? [] : [`--test-name-pattern=${titles.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}`]
  const said = await output(tree, ['--import', 'tsx', '--test', '--test-reporter=tap', '--test-force-exit', `--test-timeout=${EACH * 1000}`, ...some, file])
  if (said === undefined) return { kind: 'broken', why: `${file} did not end within ${LIMIT} s` }
  const red = [...said.matchAll(/^ *not ok \d+ - (.*)$/gm)].map(([, title = '']) => title.replaceAll('\\#', '#').replaceAll('\\\\', '\\'))
  const failed = red.filter((title) => !title.endsWith('.test.ts'))
  if (red.length > 0 && failed.length === 0) return { kind: 'broken', why: `${file} does not load, or ended too early` }
  return { kind: 'ran', passed: [...said.matchAll(/^ *ok \d+ - (?!.*# SKIP)/gm)].length, failed }
}

/** What node says with these words; undefined when it takes too long. */
function output(cwd: string, words: readonly string[]): Promise<string | undefined> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return new Promise((resolve) => {
    execFile('node', words, { cwd, env, timeout: LIMIT * 1000, killSignal: 'SIGKILL', maxBuffer: 1e9 }, (error, stdout) => resolve(error?.killed ? undefined : stdout))
  })
}
