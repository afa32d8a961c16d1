import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import test from 'node:test'
import type { Event, Mode, Reporter } from '../../engine/report/event.ts'
import { combine } from '../../engine/report/combine.ts'
import { createEventsFile } from '../../engine/report/events-file.ts'
import { createHtmlFile } from '../../engine/report/html.ts'
import { createJsonReporter } from '../../engine/report/json.ts'
import { createJunitFile } from '../../engine/report/junit.ts'
import { createPlainReporter } from '../../engine/report/plain.ts'
import { makeSink, type Out } from '../../engine/report/sink.ts'
import { createTtyReporter } from '../../engine/report/tty.ts'
import { Secret } from '../../engine/values/secret.ts'
import { recapOf, stamped, tell } from './fixture.ts'
import { temporary } from './folder.ts'

/** Each holds the word that is looked for, and something that changes under escaping, wrapping or making visible. */
const canaries = ['canary-plain-1', 'canary"quoted\'2', 'canary<b>&3', 'canary\x07bell\x1b4', 'canary $HOME\\5', 'canary-line-six\nsecond canary line\nend', 'kanarienvögel canary7', 'canary\u202eright8']

const forms = canaries.flatMap((canary) => [new Secret(canary).reveal(), JSON.stringify(canary).slice(1, -1), Buffer.from(canary).toString('base64'), Buffer.from(`x${canary}`).toString('base64'), encodeURIComponent(canary)])
const said = forms.join(' | ')

function told(mode: Mode): Event[] {
  return [
    { type: 'run', playbook: said, mode, inventory: [said], hosts: ['a', said], version: '1' },
    { type: 'warning', message: said },
    { type: 'connected', host: 'a', target: said, ms: 1 },
    { type: 'unreachable', host: said, reason: 'lost', message: said, hint: said },
    { type: 'play', play: said, hosts: [said] },
    { type: 'role', host: 'a', role: said },
    { type: 'change', host: 'a', role: said, task: said, change: said },
    { type: 'output', host: 'a', task: said, stream: 'stdout', text: `${said}\n` },
    { type: 'task', host: 'a', role: said, task: said, status: 'failed', changes: [said], diffs: [{ name: said, text: said.split('|').map((line) => `+${line}`).join('\n') }], ms: 1, why: said },
    { type: 'failure', host: 'a', role: said, task: said, reason: 'error', message: said, output: said, stands: said, hint: said, place: { file: said, line: 1, column: 1, text: said } },
    { type: 'rescued', host: 'a', role: said, task: said },
    { type: 'note', host: 'a', role: said, text: said },
    { type: 'safeguard', host: 'a', role: said, safeguard: said, status: 'armed', message: said },
    { type: 'host-done', host: 'a', play: said, ok: false },
    { type: 'play-stopped', play: said, message: said, notStarted: [said] },
    { type: 'plan', file: said, status: 'not-as-planned', message: said, differences: [{ host: said, role: said, task: said, message: said }] },
    { type: 'interrupted', signal: 'SIGINT' },
    { type: 'bug', message: said, stack: said },
  ]
}

function assertClean(what: string, text: string): void {
  assert.ok(text.includes('[secret]'), `${what} holds what was redacted`)
  assert.doesNotMatch(text, /canary|kanarien/i, what)
  // Base64 loses its edges to its neighbours: the middle must not be there.
  for (const form of forms.filter((each) => /^[A-Za-z0-9+/]{12,}=*$/.test(each))) assert.ok(!text.includes(form.slice(4, 14)), `${what}: ${form}`)
}

const outputs: Record<string, (out: Out) => Reporter> = {
  plain: (out) => createPlainReporter({ out, color: false, verbosity: 3, diff: true, timings: true }),
  tty: (out) => createTtyReporter({ out, color: true, verbosity: 3, diff: true, timings: true }),
  json: (out) => createJsonReporter({ out }),
}
const files = { events: createEventsFile, junit: createJunitFile, html: createHtmlFile }

for (const mode of ['apply', 'check'] as const) {
  const events = stamped([...told(mode), recapOf(told(mode), mode, 1)])

  for (const [name, make] of Object.entries(outputs)) {
    test(`no secret in ${name}, ${mode}`, async () => {
      let text = ''
      const out = makeSink(new Writable({ decodeStrings: false, write: (chunk: string, _encoding, done) => ((text += chunk), done()) }))
      await tell(make(out), events)
      assertClean(name, text)
      if (name === 'json') for (const line of text.trimEnd().split('\n')) JSON.parse(line)
    })
  }

  test(`no secret in files, ${mode}`, async () => {
    using folder = temporary()
    await tell(combine(Object.entries(files).map(([name, make]) => make(folder.file(name)))), events)
    for (const name of Object.keys(files)) assertClean(name, readFileSync(folder.file(name), 'utf8'))
  })
}
