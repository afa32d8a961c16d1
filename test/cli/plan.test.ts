/** A plan that is kept in a file, as an operator makes and applies it, on this machine. What may be otherwise by then: test/plan, in memory. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Plan } from '../../engine/plan/plan.ts'
import { run, type CliRun } from '../rig/cli.ts'
import { manifest } from '../rig/small-tree.ts'
import { folder, fresh, here, put } from './tiny.ts'

const program = fileURLToPath(new URL('../playbooks/tiny.ts', import.meta.url))
/** A project of its own, for plans have a key of their project. */
const project = join(folder, 'project')
mkdirSync(project)

const tiny = (...words: readonly string[]): Promise<CliRun> => run([program, '--lock-wait', '50', '--output', 'json', ...words], 60, [], project)
const plan = ({ events }: CliRun) => events.flatMap((event) => (event.type === 'plan' ? [event.status] : []))
const how = ({ events }: CliRun) => events.flatMap((event) => (event.type === 'plan' ? event.differences.map(({ task, message }) => `${task}: ${message}`) : []))
const acts = ({ events }: CliRun) => events.filter(({ type }) => type === 'change' || type === 'task').length

test('saved; refused when something moved, before the first change; applied as it was; then it looks as if it had been applied', { timeout: 240_000 }, async () => {
  const dir = fresh()
  mkdirSync(dir)
  const last = join(dir, 'two')
  writeFileSync(last, 'by hand\n', { mode: 0o644 })
  const secret = 'correct horse $battery'
  const words = ['-i', here, '-e', `dir=${dir}`, '-e', 'then=leak', '-e', 'extra_names=one,two', '-e', `@${put('plan-secret.yml', `tiny: { token: '${secret}' }\n`)}`]
  const untouched = manifest(dir)

  const saved = await tiny(...words, '--check', '--save-plan', 'a.plan')
  assert.deepEqual([saved.code, plan(saved)], [0, ['saved']], saved.stderr)
  assert.deepEqual(manifest(dir), untouched)
  const text = readFileSync(join(project, 'a.plan'), 'utf8')
  const { hosts } = Plan.parse(JSON.parse(text))
  assert.equal(statSync(join(project, 'a.plan')).mode & 0o777, 0o600)
  const sum = createHash('sha256').update(secret).digest('hex')
  for (const form of ['battery', sum, sum.slice(0, 32), Buffer.from(secret).toString('base64').slice(4, 24)]) assert.ok(!text.includes(form), form)
  // From the command on nobody knows.
  assert.deepEqual(hosts['here']?.map(({ task, unknown }) => [task.split(' ')[0], unknown !== undefined]), [['file', false], ['file', false], ['command', true], ['file', true], ['extra', true], ['extra', true]])

  const refused = async (says: RegExp) => {
    const before = manifest(dir)
    const one = await tiny(...words, '--plan', 'a.plan')
    assert.deepEqual([one.code, plan(one), acts(one)], [2, ['not-as-planned'], 0], one.stdout + one.stderr)
    assert.match([one.stdout, ...how(one)].join('\n'), says)
    assert.deepEqual(manifest(dir), before, 'something was written')
  }
  writeFileSync(join(dir, 'token'), 'by another hand')
  await refused(/^file .*\/token: planned: create .*; by now: /m)
  rmSync(join(dir, 'token'))

  const applied = await tiny(...words, '--plan', 'a.plan')
  assert.deepEqual([applied.code, plan(applied)], [0, ['as-planned']], applied.stdout + applied.stderr)
  assert.deepEqual(applied.events.flatMap((event) => (event.type === 'task' && event.status === 'changed' ? [event.task] : [])), hosts['here']?.map(({ task }) => task))
  assert.deepEqual([readFileSync(join(dir, 'token'), 'utf8'), readFileSync(last, 'utf8')], [secret, 'quiet 1\n'])

  await refused(/it looks as if it had been applied: nothing of what it plans is left to do/)
})

const RECORDS = `import { definePlaybook, file, main } from '${fileURLToPath(new URL('../../engine/index.ts', import.meta.url))}'
import { z } from '${import.meta.resolve('zod')}'
const records = definePlaybook({ name: 'records', doc: 'Records who.', params: z.strictObject({ dir: z.string() }), plays: (p) => [{ name: 'records', hosts: 'all', roles: [], run: async (host) => {
  const { by, revision } = await host.about()
  await host.ensure(file({ path: p.dir + '/who', content: by + ' ' + revision }))
} }] })
await main(import.meta, records)
`

test('what is recorded of who runs it is that of who made the plan: it holds after a commit, and for somebody else', { timeout: 120_000 }, async () => {
  const [own, dir] = [fresh(), fresh()]
  for (const each of [own, dir]) mkdirSync(each)
  const git = (...words: readonly string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], { cwd: own, encoding: 'utf8' }).trim()
  const commit = (text: string) => {
    writeFileSync(join(own, 'notes'), text)
    git('add', 'notes')
    git('commit', '-qm', text)
    return git('rev-parse', '--short', 'HEAD')
  }
  git('init', '-q')
  writeFileSync(join(own, 'records.mts'), RECORDS)
  const records = (under: readonly string[], ...words: readonly string[]) => run(['records.mts', '-i', here, '-e', `dir=${dir}`, '--lock-wait', '50', '--output', 'json', ...words], 60, under, own)
  const planned = commit('one')
  assert.equal((await records([], '--check', '--save-plan', 'a.plan')).code, 0)
  commit('two')
  const applied = await records(['env', 'USER=somebody-else', 'LOGNAME=somebody-else'], '--plan', 'a.plan')
  assert.deepEqual([applied.code, plan(applied)], [0, ['as-planned']], applied.stdout + applied.stderr)
  assert.match(readFileSync(join(dir, 'who'), 'utf8'), new RegExp(`@.* ${planned}$`))
  assert.doesNotMatch(readFileSync(join(dir, 'who'), 'utf8'), /somebody-else/)
})
