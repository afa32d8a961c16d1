/** A plan that is kept in a file, over SSH, on two real hosts. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { run, type CliRun } from '../rig/cli.ts'
import { onHost } from '../rig/lab-host.ts'

const HOSTS = ['lab1', 'lab2']
const folder = mkdtempSync(join(tmpdir(), 'hw-plan-'))
const dir = '/var/lib/kept-plan'
after(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const host of HOSTS) onHost(host, ['rm', '-rf', dir])
})

const tiny = (...words: readonly string[]): Promise<CliRun> => run(['test/playbooks/tiny.ts', '-i', 'lab', '-l', HOSTS.join(','), '-e', `dir=${dir}`, '--lock-wait', '50', '--output', 'json', ...words], 60)
const plan = ({ code, events }: CliRun) => [code, ...events.flatMap((event) => (event.type === 'plan' ? [event.status, ...event.differences.map(({ host }) => host)] : []))]
const standing = () => HOSTS.map((host) => onHost(host, ['sh', '-c', `cat ${dir}/greeting 2>/dev/null || true`]).trim())

test('saved; refused on both hosts when one moved; applied; refused when it was applied', { timeout: 240_000 }, async () => {
  const file = join(folder, 'a.plan')
  for (const host of HOSTS) onHost(host, ['rm', '-rf', dir])
  assert.deepEqual(plan(await tiny('--check', '--save-plan', file)), [0, 'saved'])
  onHost('lab2', ['mkdir', '-m', '0700', dir])
  assert.deepEqual(plan(await tiny('--plan', file)), [2, 'not-as-planned', 'lab2'])
  onHost('lab2', ['rmdir', dir])
  assert.deepEqual(standing(), ['', ''])
  const applied = await tiny('--plan', file)
  assert.deepEqual(plan(applied), [0, 'as-planned'], applied.stdout + applied.stderr)
  assert.deepEqual(standing(), ['hello', 'hello'])
  assert.deepEqual(plan(await tiny('--plan', file)), [2, 'not-as-planned', 'lab1', 'lab1', 'lab2', 'lab2'])
})
