/** Check mode as the kernel of a host sees it: what sshd starts there, told by strace. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { quoteAll } from '../../engine/values/quote.ts'
import { ensureOn, onHost, overSsh } from '../rig/lab-host.ts'
import { sshdOf, traceOf } from '../rig/trace.ts'
import type { HostCase } from './case.ts'

const HOST = 'lab1'
const OPENING = ['open', 'openat', 'openat2']
const CHANGING = [
  'creat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'link', 'linkat', 'symlink', 'symlinkat',
  'chmod', 'fchmod', 'fchmodat', 'chown', 'fchown', 'lchown', 'fchownat', 'truncate', 'ftruncate', 'fallocate', 'utime', 'utimes', 'futimesat', 'utimensat',
  'setxattr', 'lsetxattr', 'fsetxattr', 'removexattr', 'lremovexattr', 'fremovexattr', 'mount', 'umount2',
]

/** Where anybody may write: the lock, and what keeps nothing. sshd says of its own children how dear they are. */
const ALLOWED = /"(?:\/run\/hostwright(?:\/[^"]*)?|\/dev\/null|\/dev\/tty|\/proc\/self\/oom_score_adj)"/

/** The calls of a trace that would change a file, whether they were let or not. */
function changesIn(trace: string): string[] {
  return trace.split('\n').filter((line) => {
    const [, call = '', words = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? []
    const changes = CHANGING.includes(call) || (OPENING.includes(call) && /\bO_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b/.test(words))
    return changes && !ALLOWED.test(words)
  })
}

/** The first case of each kind of task. */
async function tasks(): Promise<HostCase[]> {
  const found: HostCase[] = []
  for (const file of readdirSync(new URL('cases', import.meta.url)).sort()) {
    const { cases }: { cases: readonly HostCase[] } = await import(`./cases/${file}`)
    found.push(...cases.slice(0, 1))
  }
  return found
}

/** Commands on the host, one after the other, over one connection. */
const inTurn = (lines: readonly (readonly string[])[]) => onHost(HOST, ['sh', '-ec', lines.map(quoteAll).join('\n')])

test('check mode makes no call on the host that would change a file, and Docker has nothing to tell', { timeout: 300_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hw-calls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const all = await tasks()
  inTurn(all.flatMap(({ before = [] }) => before))
  try {
    const began = onHost(HOST, ['date', '+%s.%N']).trim()
    const traced = await traceOf([await sshdOf(HOST)], join(folder, 'check'), [...OPENING, ...CHANGING])
    const told = await ensureOn(HOST, all.map(({ task }) => task()), { mode: 'check' })
    await traced.stop()
    const events = onHost(HOST, ['sh', '-c', 'docker events --since "$1" --until "$(date +%s.%N)"', 'sh', began])

    const trace = readFileSync(join(folder, 'check'), 'utf8')
    const wouldChange = told.filter(({ status }) => status === 'changed').length
    t.diagnostic(`${told.length} tasks, ${wouldChange} of them with something to do; ${trace.split('\n').length} calls looked at`)
    assert.ok(wouldChange > 15, JSON.stringify(told))
    assert.deepEqual(changesIn(trace), [])
    assert.equal(events, '')
  } finally {
    inTurn(all.flatMap(({ restore = [] }) => restore))
  }

  // The trace is not blind: what is written then is seen.
  const control = await traceOf([await sshdOf(HOST)], join(folder, 'control'), [...OPENING, ...CHANGING])
  overSsh(HOST, ['sh', '-c', 'echo x >/srv/hw-control; chmod 600 /srv/hw-control; rm /srv/hw-control'])
  await control.stop()
  assert.equal(changesIn(readFileSync(join(folder, 'control'), 'utf8')).length, 3)
})
