import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import test from 'node:test'
import { InputError } from '../../engine/diagnostic/diagnostic.ts'
import type { Event, Stamped } from '../../engine/report/event.ts'
import { createHtmlFile } from '../../engine/report/html.ts'
import { everything, recapOf, stamped, tell } from './fixture.ts'
import { temporary } from './folder.ts'

async function html(events: readonly Stamped[]): Promise<string> {
  using folder = temporary()
  const path = folder.file('report.html')
  writeFileSync(path, 'the last report', { mode: 0o644 })
  await tell(createHtmlFile(path), events)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(dirname(path)), ['report.html'], 'nothing is left beside it')
  return readFileSync(path, 'utf8')
}

/** Every tag closed in its order: a page that a reader's browser does not have to mend. */
function assertBalanced(page: string): void {
  const open: string[] = []
  for (const [, close, name = ''] of page.replace(/<style>[^]*?<\/style>/, '').matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
    if (name === 'meta') continue
    if (close === '') open.push(name)
    else assert.equal(open.pop(), name)
  }
  assert.deepEqual(open, [])
}

test('the page needs nothing else, and its policy allows nothing else', async () => {
  const page = await html(everything())
  assert.doesNotMatch(page, /https?:|<script|<img|<link|<iframe|\ssrc=|\sstyle=|\son\w+=|url\(|@import/)
  const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? ''
  const digest = createHash('sha256').update(style).digest('base64')
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
  assert.equal(policy.replaceAll('&#39;', "'"), `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`)
  assert.match(page, /<meta name="viewport"/)
  assert.match(style, /prefers-color-scheme: dark/)
  assertBalanced(page)
})

test('failures come first, what was rescued is not among them', async () => {
  const page = await html(everything())
  const attention = page.slice(page.indexOf('What needs attention'), page.indexOf('<h2>Recap'))
  assert.ok(attention.length > 0)
  assert.match(attention, /docker compose up ended with status 1[^]*password authentication failed/)
  assert.match(attention, /not known: lost/)
  assert.match(attention, /10\.0\.0\.4:22 refuses/)
  assert.doesNotMatch(attention, /command migrate/)
  assert.match(page.slice(page.indexOf('<h2>Hosts')), /<span class="del">-old<\/span>\n<span class="del">-b<\/span>\n<span class="add">\+new<\/span>/)
})

test('what is not as planned comes first', async () => {
  const page = await html(stamped([...everything().slice(0, 5), { type: 'plan', file: 'infra.plan', status: 'not-as-planned', message: 'm', differences: [{ host: 'lab1', role: 'r', task: 't', message: 'other content' }] }]))
  assert.match(page.slice(page.indexOf('What needs attention')), /^What needs attention<\/h2>\s*<article><strong>Not as planned<\/strong> infra\.plan: m<p><strong>lab1<\/strong> r › t: other content<\/p>/)
  assertBalanced(page)
})

test('check mode is unmistakable', async () => {
  const page = await html(everything('check'))
  assert.match(page, /CHECK: nothing was changed/)
  assert.match(page, /<li>would create \/opt\/services\/postgres\/\.env<\/li>/)
})

test('fault 75: what hosts say is text, never markup', async () => {
  const evil = '<script>alert(1)</script>"\' onload=x \x1b[31mred & </pre> <!-- javascript:'
  const events: Event[] = [
    { type: 'run', playbook: evil, mode: 'apply', inventory: [evil], hosts: [evil], version: evil },
    { type: 'warning', message: evil },
    { type: 'unreachable', host: evil, reason: evil, message: evil, hint: evil },
    { type: 'task', host: evil, role: evil, task: evil, status: 'changed', changes: [evil], diffs: [{ name: evil, text: `+${evil}\n-${evil}\n ${evil}` }], ms: 1, why: evil },
    { type: 'failure', host: evil, role: evil, task: evil, reason: 'command', message: evil, output: evil, stands: evil, hint: evil, place: { file: evil, line: 1, column: 1, text: evil } },
    { type: 'note', host: evil, role: evil, text: evil },
    { type: 'rescued', host: evil, role: 'x', task: evil },
    { type: 'play-stopped', play: evil, message: evil, notStarted: [evil] },
    { type: 'interrupted', signal: evil },
    { type: 'bug', message: evil, stack: evil },
  ]
  const page = await html(stamped([...events, recapOf(events, 'apply', 1)]))
  assert.doesNotMatch(page, /<script|\x1b|<!--/)
  assert.match(page, /&lt;script&gt;alert\(1\)/)
  assert.match(page, /\\x1b\[31mred/)
  assert.doesNotMatch(page.replace(/<style>[^]*?<\/style>/, '').replace(/"[^"<>]*"/g, '""').replace(/>[^<]*</g, '><'), /onload|script/, 'not in a tag either')
  assertBalanced(page)
})

test('neighbours with nothing to do are folded', async () => {
  const run: Event = { type: 'run', playbook: 'p', mode: 'apply', inventory: ['i'], hosts: ['a'], version: '1' }
  const tasks = Array.from({ length: 5 }, (_, n): Event => ({ type: 'task', host: 'a', role: 'r', task: `t${n}`, status: n === 4 ? 'changed' : 'ok', changes: [], ms: 1 }))
  const page = await html(stamped([run, ...tasks, recapOf([run, ...tasks], 'apply', 1)]))
  assert.match(page, /4 tasks with nothing to do/)
})

test('a run that was cut off has a page that says so', async () => {
  const page = await html(everything().slice(0, -1))
  assert.match(page, /The run did not come to its end\./)
})

test('a place that cannot be written is bad input, before anything happens', () => {
  using folder = temporary()
  mkdirSync(folder.file('directory'))
  for (const path of [folder.file('directory'), folder.file('no/such.html')]) assert.throws(() => createHtmlFile(path), InputError)
})
