/** What a run leaves for --resume, cut off, damaged, or of something else: believed in whole or not at all. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { keptFile } from '../../engine/cli/kept-file.ts'
import { readUnfinished, writeUnfinished } from '../../engine/cli/resume.ts'
import { cases } from '../rig/cases.ts'
import { run } from '../rig/cli.ts'
import { folder, fresh, here, onHere, put, tiny } from './tiny.ts'

const HOSTS = ['db1', 'web1', 'web2']
const SOURCES = ['production']
/** A record of its own, as a run has written it. */
async function record(): Promise<{ cwd: string; file: string; whole: string; resumes(): Promise<string> }> {
  const cwd = mkdtempSync(join(folder, 'record-'))
  assert.equal(await writeUnfinished(cwd, 'infra', SOURCES, HOSTS), undefined)
  const file = keptFile(cwd, 'infra', SOURCES, '')
  const resumes = async () => {
    const read = await readUnfinished(cwd, 'infra', SOURCES)
    return read.ok ? read.value.join() : (read.error[0]?.message.replace(file, 'FILE') ?? '')
  }
  return { cwd, file, whole: readFileSync(file, 'utf8'), resumes }
}
const UNUSABLE = 'FILE is not what a run has written: there is nothing to resume'

test('a record that was cut off, wherever that was, is not believed', async () => {
  const { file, whole, resumes } = await record()
  assert.equal(await resumes(), HOSTS.join())
  // Without the end of its line it says all that it said.
  for (let length = 0; length < whole.length - 1; length++) {
    writeFileSync(file, whole.slice(0, length))
    assert.equal(await resumes(), UNUSABLE, whole.slice(0, length))
  }
  for (let length = 1; length < whole.length; length++) {
    writeFileSync(file, whole.slice(0, -length) + '\0'.repeat(length))
    assert.equal(await resumes(), UNUSABLE, `${length} bytes were never written`)
  }
})

test('a record that is damaged is believed in whole or not at all', async () => {
  const { file, whole, resumes } = await record()
  const damage = fc.oneof(
    fc.tuple(fc.nat(whole.length), fc.nat(8), fc.string({ unit: 'binary', maxLength: 8 })).map(([at, out, into]) => whole.slice(0, at) + into + whole.slice(at + out)),
    fc.json(),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(damage, async (text) => {
      writeFileSync(file, text)
      const said = await resumes()
      // Another list of names, in a record that is whole, cannot be told from one that a run has written.
      if (said === UNUSABLE || /with another inventory/.test(said) || /finished on every host/.test(said)) return
      assert.deepEqual(said, String(JSON.parse(text).unfinished.join()))
    }),
    { numRuns: cases(100, 20_000) },
  )
})

test('a record that is a directory, or of another version, or of another inventory', async () => {
  const { cwd, file, whole, resumes } = await record()
  rmSync(file)
  assert.equal(await resumes(), 'infra has not been run with this inventory from here: there is nothing to resume')
  mkdirSync(file)
  assert.equal(await resumes(), UNUSABLE)
  rmSync(file, { recursive: true })
  for (const other of [{ unfinished: HOSTS }, { ...JSON.parse(whole), version: 2 }, { ...JSON.parse(whole), tasks: [] }, { ...JSON.parse(whole), unfinished: [''] }]) {
    writeFileSync(file, JSON.stringify(other))
    assert.equal(await resumes(), UNUSABLE, JSON.stringify(other))
  }
  // Names are cut off in that of the file.
  const [one, two] = [['x'.repeat(120) + '1'], ['x'.repeat(120) + '2']]
  await writeUnfinished(cwd, 'infra', one, HOSTS)
  const read = await readUnfinished(cwd, 'infra', two)
  assert.match(read.ok ? read.value.join() : (read.error[0]?.message ?? ''), /was with another inventory \(x+1\): there is nothing to resume/)
})

test('--resume over such a record: refused in words, nobody is contacted, and a run without it does all hosts', { timeout: 120_000 }, async () => {
  const root = new URL('../..', import.meta.url).pathname
  const file = keptFile(root, 'tiny', [here], '')
  assert.ok(file.includes(basename(folder)), 'a record of this test file')
  mkdirSync(join(root, '.hostwright'), { recursive: true })
  writeFileSync(file, '{"version":1,"inventory":["')
  const refused = await tiny('-i', here, '-e', `dir=${fresh()}`, '--resume')
  assert.deepEqual([refused.code, refused.stderr.split('\n').at(-2)], [3, '1 problem; no host was contacted.'])
  assert.match(refused.stderr, /is not what a run has written: there is nothing to resume\n.*remove it, and run without --resume/)
  const all = await onHere(fresh(), '-e', 'then=fail', '--output', 'json')
  assert.deepEqual([all.code, JSON.parse(readFileSync(file, 'utf8')).unfinished], [2, ['here']])
})

test('--resume with a limit: hosts that it leaves out are still to be done', { timeout: 120_000 }, async () => {
  const both = put('both.yml', 'all:\n  hosts:\n    here: { ansible_connection: local }\n    closed: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody, ansible_password: wrong-horse }\n')
  const dir = fresh()
  const unfinished = () => JSON.parse(readFileSync(keptFile(new URL('../..', import.meta.url).pathname, 'tiny', [both], ''), 'utf8')).unfinished
  const words = ['-i', both, '-e', `dir=${dir}`, '--lock-wait', '50']
  assert.equal((await tiny(...words, '-e', 'then=fail')).code, 2)
  assert.deepEqual(unfinished(), ['here', 'closed'])
  const resumed = await tiny(...words, '--resume', '-l', 'here')
  assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr)
  assert.deepEqual(unfinished(), ['closed'])
})

test('a run that is only a part does not forget those that did not finish: of some hosts the others, of some tags all', { timeout: 120_000 }, async () => {
  const two = put('two.yml', 'all:\n  hosts:\n    here: { ansible_connection: local }\n    closed: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody, ansible_password: wrong-horse }\n')
  const unfinished = () => JSON.parse(readFileSync(keptFile(new URL('../..', import.meta.url).pathname, 'tiny', [two], ''), 'utf8')).unfinished
  const words = ['-i', two, '-e', `dir=${fresh()}`, '--lock-wait', '50']
  assert.equal((await tiny(...words, '-e', 'then=fail')).code, 2)
  for (const [more, code, left] of [
    [['-l', 'here', '-t', 'greet'], 0, ['here', 'closed']],
    [['-l', 'here', '--skip-tags', 'the-end'], 0, ['here', 'closed']],
    [['-l', 'here', '--start-at', '*greeting'], 0, ['here', 'closed']],
    [['-l', 'here'], 0, ['closed']],
    [['-l', 'here', '-e', 'then=fail'], 2, ['here', 'closed']],
    [['-l', 'here'], 0, ['closed']],
  ] as const) {
    assert.equal((await tiny(...words, ...more)).code, code, more.join(' '))
    assert.deepEqual(unfinished(), left, more.join(' '))
  }
  writeFileSync(two, readFileSync(two, 'utf8').replace(/ {4}closed.*\n/, ''))
  assert.equal((await tiny(...words, '-l', 'here')).code, 0)
  assert.deepEqual(unfinished(), [])
})

test('--resume takes names of hosts, not patterns: a group of that name is another thing, and hosts that are gone are told', { timeout: 120_000 }, async () => {
  const local = '{ ansible_connection: local }'
  const inventory = put('names.yml', `all:\n  hosts:\n    box: ${local}\n    gone: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody, ansible_password: wrong-horse }\n  children:\n    web: { hosts: { other: ${local} } }\n`)
  const words = ['-i', inventory, '-e', `dir=${fresh()}`, '--lock-wait', '50']
  assert.equal((await tiny(...words, '-l', 'box,gone', '-e', 'then=fail')).code, 2)
  const file = keptFile(new URL('../..', import.meta.url).pathname, 'tiny', [inventory], '')
  writeFileSync(file, readFileSync(file, 'utf8').replace('"gone"', '"web","gone"'))
  writeFileSync(inventory, readFileSync(inventory, 'utf8').replace(/ {4}gone.*\n/, ''))
  const resumed = await tiny(...words, '--resume')
  assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr)
  assert.match(resumed.stdout + resumed.stderr, /not resumed, for the inventory does not have them any more: web, gone/)
  assert.doesNotMatch(resumed.stdout, /^other /m)
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).unfinished, [])
})

test('what one app did not finish is not resumed with another', { timeout: 120_000 }, async () => {
  const apps = put('apps.yml', 'apps:\n  hosts: { dead: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody, ansible_password: wrong-horse } }\n')
  const deploy = (name: string, ...more: readonly string[]) => run(['playbooks/deploy-app.ts', '-i', apps, '--app-name', name, '--app-image', 'shop', '--app-version', 'v1', ...more], 60)
  assert.equal((await deploy('shop')).code, 4)
  assert.match((await deploy('blog', '--resume')).stderr, /^deploy-app blog has not been run with this inventory from here: there is nothing to resume/)
  assert.equal((await deploy('shop', '--resume', '--list-hosts')).code, 0)
  // What is wrong with the params is all that is wrong.
  const nameless = await run(['playbooks/deploy-app.ts', '-i', apps, '--app-image', 'shop', '--app-version', 'v1', '--resume'], 60)
  assert.match(nameless.stderr, /^[^\n]*app_name is missing[^]*1 problem; no host was contacted\.\n$/)
  // A dash is in the names of apps and of inventories.
  assert.notEqual(keptFile('.', 'deploy-app shop', ['eu-x'], ''), keptFile('.', 'deploy-app shop-eu', ['x'], ''))
  // Narrowed by the param, and not by --limit.
  const more = put('more.yml', readFileSync(apps, 'utf8') + 'others:\n  hosts: { here: { ansible_connection: local } }\n')
  const file = keptFile(new URL('../..', import.meta.url).pathname, 'deploy-app shop', [more], '')
  writeFileSync(file, JSON.stringify({ version: 1, inventory: [more], unfinished: ['dead', 'here'] }))
  await run(['playbooks/deploy-app.ts', '-i', more, '--app-name', 'shop', '--app-image', 'shop', '--app-version', 'v1', '--hosts', 'apps'], 60)
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).unfinished, ['dead', 'here'])
})
