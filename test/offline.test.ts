/** The tests that need no lab need no network: they run in a namespace that has none. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cases } from './rig/cases.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Some of each kind: values, what is read, plans, runs, reports, a real shell. */
const SOME = ['values/visible', 'inventory/ini', 'tasks/file', 'playbook/schedule', 'report/text', 'transport/shell/frames'].map((name) => `test/${name}.test.ts`)

/** As test/run.sh has it: everything that does not work on lab hosts. This one would begin all over again. */
const all = (): string[] =>
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name}`)
    .filter((name) => name.endsWith('.test.ts') && !/^test\/(?:hosts|e2e|lab)\//.test(name) && name !== 'test/offline.test.ts')
    .sort()

/** Runs test files where the loopback, up or down, is all there is. Gives what the kernel had for interfaces there, how it ended, and what was told. */
function withoutNetwork(loopback: 'up' | 'down', files: readonly string[]): Promise<{ interfaces: string[]; code: number | null; told: string }> {
  const script = `cut -d: -f1 -s /proc/net/dev | tr -d ' ' | tr '\\n' ,; echo; ${loopback === 'up' ? 'ip link set lo up && ' : ''}exec "$@"`
  const env = { ...process.env }
  for (const name of ['NODE_TEST_CONTEXT', 'HOSTWRIGHT_LONG', 'NODE_OPTIONS']) delete env[name]
  const words = ['--net', 'sh', '-c', script, 'sh', process.execPath, '--import', 'tsx', '--test', '--test-concurrency=2', '--test-timeout=1800000', '--test-reporter=tap', ...files]
  const child = spawn('unshare', words, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const [first = '', ...rest] = said.split('\n')
      resolve({ interfaces: first.split(',').filter(Boolean), code, told: rest.join('\n') })
    })
  })
}

const skip = process.getuid?.() !== 0 && 'a namespace of its own needs root'
const files = cases(0, 1) === 1 ? all() : SOME

test(`${files.length} test files without a network`, { timeout: cases(600_000, 7_200_000), skip }, async (t) => {
  // What works with sockets needs the loopback; the rest not even that.
  const { interfaces, code, told } = await withoutNetwork(files === SOME ? 'down' : 'up', files)
  assert.deepEqual(interfaces, ['lo'])
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(told)?.[1])
  const failed = told.split('\n').filter((line) => /^\s*not ok/.test(line))
  assert.deepEqual([code, count('fail'), count('cancelled')], [0, 0, 0], `${failed.join('\n')}\n${told.slice(-2000)}`)
  assert.ok(count('pass') > files.length, `${count('pass')} passed`)
  t.diagnostic(`${count('pass')} passed, ${count('skipped')} skipped`)
})
