/** What `--save-plan` and `--plan` say before anybody is contacted. */
import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { SecretValue } from '../../engine/index.ts'
import { readFlags } from '../../engine/cli/flags.ts'
import { keyFile } from '../../engine/cli/plan/key.ts'
import { readPlanning, type Planning } from '../../engine/cli/plan/planning.ts'
import { VERSION } from '../../engine/cli/version.ts'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { parseExtra } from '../../engine/inventory/extra.ts'
import { Plan, sealed } from '../../engine/plan/plan.ts'
import { paramsOf } from '../../engine/playbook/params.ts'
import { definePlaybook } from '../../engine/playbook/playbook.ts'
import type { Event } from '../../engine/report/event.ts'
import { cases } from '../rig/cases.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-plans-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let folders = 0
const fresh = (): string => {
  const at = join(folder, `project-${++folders}`)
  mkdirSync(at)
  return at
}

const playbook = (name = 'shop') => definePlaybook({ name, doc: '', params: z.strictObject({ version: z.string().default('1'), password: SecretValue.optional(), pin: SecretValue.optional() }), plays: () => [] })

/** Reads these words; gives the planning, or what is wrong as a person reads it. */
async function planning(cwd: string, argv: readonly string[], about: { readonly name?: string; readonly hosts?: readonly string[] } = {}): Promise<Planning | string[]> {
  const book = playbook(about.name)
  const typed = readFlags(argv, paramsOf(book))
  assert.ok(typed.ok, JSON.stringify(typed))
  const extra = parseExtra([...typed.value.all('extra'), ...typed.value.params], cwd)
  assert.ok(extra.ok)
  const read = await readPlanning({ playbook: book, sources: typed.value.all('inventory'), hosts: about.hosts ?? ['web1', 'web2'], typed: typed.value, extra: extra.value, about: async () => ({ by: 'me@here', revision: '' }) }, cwd)
  return read.ok ? read.value : read.error.map(printDiagnostic)
}

const WORDS = ['-i', 'production', '-e', 'version=2', '-e', 'password=correct-horse']
const APPLY = [...WORDS, '--plan', 'p']

/** A project with a plan that has nothing to do. */
async function project(): Promise<string> {
  const cwd = fresh()
  const made = await planning(cwd, [...WORDS, '--check', '--save-plan', 'p'])
  assert.ok(!Array.isArray(made), String(made))
  const told: Event[] = []
  made.after?.({ unfinished: [], traffic: new Map() }, (event) => told.push(event))
  assert.deepEqual(told.map((event) => event.type === 'plan' && event.status), ['saved'])
  return cwd
}
const file = (cwd: string) => join(cwd, 'p')
const refused = async (cwd: string, words: readonly string[] = APPLY, about = {}): Promise<string[]> => {
  const read = await planning(cwd, words, about)
  assert.ok(Array.isArray(read), 'it was taken')
  return read
}

test('the file and the key are ours alone; words are shown, secrets never, not even as a bare digest', async () => {
  const cwd = await project()
  for (const at of [file(cwd), keyFile(cwd)]) assert.equal(statSync(at).mode & 0o777, 0o600)
  const text = readFileSync(file(cwd), 'utf8')
  assert.match(text, /"version": \{\n\s+"digest": "[0-9a-f]{32}",\n\s+"says": "2"\n/)
  assert.match(text, /"password": \{\n\s+"digest": "[0-9a-f]{32}"\n/)
  assert.doesNotMatch(text, /correct-horse/)
  assert.ok(!text.includes(readFileSync(keyFile(cwd), 'utf8').trim()))
})

test('the same words: it is taken, from another folder too where its key was brought along', async () => {
  const cwd = await project()
  assert.ok(!Array.isArray(await planning(cwd, APPLY)))
  const elsewhere = fresh()
  cpSync(cwd, elsewhere, { recursive: true })
  assert.ok(!Array.isArray(await planning(elsewhere, APPLY)))
  // Somebody's editor, or jq, may lay it out anew.
  writeFileSync(file(cwd), JSON.stringify(JSON.parse(readFileSync(file(cwd), 'utf8'))))
  assert.ok(!Array.isArray(await planning(cwd, APPLY)))
})

test('everything that is otherwise is told at once', async () => {
  const cwd = await project()
  const told = await refused(cwd, ['-i', 'staging', '-l', 'web', '-b', '-t', 'a', '-e', 'version=3', '-e', 'password=battery-staple', '-e', 'pin=1234', '--plan', 'p'], { name: 'other', hosts: ['web2', 'db1'] })
  assert.deepEqual(told, [
    'playbook: the plan was made with shop, this run is with other',
    'inventory: the plan was made with production, this run is with staging',
    '--limit: the plan was made without, this run is with web',
    '--tags: the plan was made without, this run is with a',
    '--become: the plan was made without, this run is with it',
    '-e version: the plan was made with 2, this run is with 3',
    '-e password: the plan was made with another value',
    '-e pin: the plan was made without, this run is with a value',
    'the plan is for web1 too, which this run does not have',
    'the plan is not for db1\n  a plan is applied with the words that it was made with, --plan in the place of --check --save-plan; or make a new one',
  ])
})

test('a plan of another hostwright', async () => {
  const cwd = await project()
  const { made, hosts } = Plan.parse(JSON.parse(readFileSync(file(cwd), 'utf8')))
  writeFileSync(file(cwd), JSON.stringify(sealed({ made: { ...made, by: '0.0.1' }, hosts }, readFileSync(keyFile(cwd), 'utf8').trim())))
  assert.match((await refused(cwd)).join('\n'), new RegExp(`^hostwright: the plan was made with 0\\.0\\.1, this run is with ${VERSION}`))
})

test('flags that make no sense together', async () => {
  const cwd = await project()
  assert.match((await refused(cwd, [...APPLY, '--save-plan', 'q'])).join('\n'), /^--save-plan makes a plan and --plan applies one/)
  assert.match((await refused(cwd, ['-i', 'x', '--save-plan', 'q'])).join('\n'), /^--save-plan keeps what check mode finds\n {2}say --check --save-plan FILE$/)
  assert.match((await refused(cwd, [...APPLY, '--resume'])).join('\n'), /^--resume does not go with a plan/)
  assert.match((await refused(cwd, ['-i', 'x', '--check', '--save-plan', 'no/such/place'])).join('\n'), /^--save-plan .*no\/such\/place: cannot be written/)
})

const spoilt: readonly (readonly [what: string, spoil: (text: string) => string, says: RegExp])[] = [
  ['a plan that somebody changed', (text) => text.replace('web1', 'web3'), /^p:1:1 p is not as it was written: somebody changed it/],
  ['a plan in a form of the future', (text) => text.replace('"version": 2', '"version": 3'), /^p:1:1 this plan has form 3; form 2 is what/],
  ['half a plan', (text) => text.slice(0, 300), /^p:\d{2}:\d+ this is not a plan, or one that was damaged: it is not JSON from here on/],
  ['a plan with a piece missing', (text) => text.replace('"made": {', '"made" {'), /^p:4:10 this is not a plan, or one that was damaged/],
  ['a plan with another key in it', (text) => text.replace('"playbook"', '"playbok"'), /^p:4:3 made\.playbook is missing[^]*p:7:\d+ unknown key "playbok" in made/],
  ['something else', () => '{"name": "hostwright"}', /^p:1:1 this is not a plan of hostwright/],
  ['nothing', () => '', /^p:1:1 this is not a plan/],
]
for (const [what, spoil, says] of spoilt)
  test(`refused with its place: ${what}`, async () => {
    const cwd = await project()
    writeFileSync(file(cwd), spoil(readFileSync(file(cwd), 'utf8')))
    assert.match((await refused(cwd)).join('\n'), says)
  })

test('no file, a directory, no key, another key, one that others can read, one that is none', async () => {
  const cwd = await project()
  assert.match((await refused(cwd, [...APPLY.slice(0, -1), 'none'])).join('\n'), /^--plan none: there is no such file/)
  assert.match((await refused(cwd, [...APPLY.slice(0, -1), '.'])).join('\n'), /^--plan \.: this is not a file/)
  chmodSync(keyFile(cwd), 0o644)
  assert.match((await refused(cwd)).join('\n'), /^the key of plans: .*plan\.key is open to others/)
  writeFileSync(keyFile(cwd), 'abc')
  chmodSync(keyFile(cwd), 0o600)
  assert.match((await refused(cwd)).join('\n'), /plan\.key is not a key/)
  writeFileSync(keyFile(cwd), 'ab'.repeat(32))
  assert.match((await refused(cwd, [...APPLY, '-l', 'web1'])).join('\n'), /^p was made elsewhere: with another key than .*plan\.key\n.*\n--limit: the plan was made without/)
  rmSync(keyFile(cwd))
  assert.match((await refused(cwd)).join('\n'), /^p was made elsewhere: there is no .*plan\.key/)
  assert.ok(!existsSync(keyFile(cwd)), 'none was made to apply a plan')
})

test('whatever byte of a plan is changed, lost or doubled: it is refused, and nothing is thrown', async () => {
  const cwd = await project()
  const whole = readFileSync(file(cwd))
  const same = JSON.stringify(JSON.parse(whole.toString()))
  const count = cases(150, 3_000)
  for (let n = 0; n < count; n++) {
    const at = Math.floor((n * whole.length) / count)
    const [before, rest] = [whole.subarray(0, at), whole.subarray(at + 1)]
    const damaged = [Buffer.concat([before, Buffer.from([(whole[at] ?? 0) ^ (1 << n % 7)]), rest]), Buffer.concat([before, rest]), Buffer.concat([before, whole.subarray(at, at + 1), whole.subarray(at)])][n % 3] ?? whole
    let still = false
    try {
      still = JSON.stringify(JSON.parse(damaged.toString())) === same // white space is nobody's business
    } catch {}
    writeFileSync(file(cwd), damaged)
    assert.equal(Array.isArray(await planning(cwd, APPLY)), !still, `byte ${at}`)
  }
})

test('a run that did not come to its end gives no plan; a file that cannot be written is told', async () => {
  const cwd = fresh()
  const told: Event[] = []
  const words = ['-i', 'production', '--check', '--save-plan', 'p']
  const cut = await planning(cwd, words)
  assert.ok(!Array.isArray(cut))
  cut.after?.({ unfinished: ['web1'], traffic: new Map() }, (event) => told.push(event))
  const late = await planning(cwd, words)
  assert.ok(!Array.isArray(late))
  mkdirSync(file(cwd))
  late.after?.({ unfinished: [], traffic: new Map() }, (event) => told.push(event))
  assert.deepEqual(told.map((event) => (event.type === 'plan' ? [event.status, event.message.replace(cwd, '').replace(/: illegal.*/, '')] : [])), [
    ['not-saved', 'a plan is whole or is none, and web1 did not come to the end'],
    ['not-saved', '--save-plan /p: cannot be written: EISDIR'],
  ])
})
