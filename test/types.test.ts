/**
 * What does not compile is checked by `tsc` (npm test runs it over this file): a line after `@ts-expect-error` that would compile is an
 * error there. What is checked here at run time is only that the file was looked at.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { Argv, becomes, change, command, composeExec, created, definePlaybook, defineRole, defineTask, directory, facts, file, run, Secret, use, type Fact, type Host, type TaskResult } from '../engine/index.ts'
import type { PathState } from '../engine/facts/path.ts'
import type { ActionResult } from '../engine/actions/action.ts'
import type { CommandOutput } from '../engine/actions/command.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <T extends true>(..._: T[]): void => {}

const secret = new Secret('correct horse')
const redis = defineRole({
  name: 'redis',
  doc: '',
  params: z.strictObject({ image: z.string().default('redis:7'), port: z.number().optional() }),
  async run(host, p) {
    same<Equal<typeof p, { image: string; port?: number | undefined }>>()
    await host.ensure(directory({ path: '/data/redis' }))
  },
})

/** A command out of the inventory is passed on as it is. */
export const wrapper = defineRole({
  name: 'wrapper',
  doc: '',
  params: z.strictObject({ check: Argv, words: z.array(z.string()).min(1) }),
  async run(host, p) {
    same<Equal<typeof p.check, [string, ...string[]]>>()
    await host.run(command({ argv: p.check }))
    await host.run(command({ argv: ['nice', ...p.words] }))
    await host.run(composeExec({ project: '/opt/services/db', service: 'db', argv: p.check }))
    await host.ensure(created({ path: '/a', by: p.check }))
    // @ts-expect-error it may be empty, as far as can be seen before it runs: the schema is Argv
    command({ argv: p.words })
  },
})

/** Never called: it only has to compile. */
export async function positive(host: Host): Promise<void> {
  // A batch gives a tuple: one result a task, each with the state of its own task.
  const results = await host.ensure(directory({ path: '/a', mode: '0750' }), file({ path: '/a/env', content: secret }))
  same<Equal<typeof results, readonly [TaskResult<PathState>, TaskResult<PathState>]>>()
  const [dir] = results
  const { state } = dir
  if (state?.kind === 'directory') same<Equal<typeof state.mode, string>>()
  const many = await host.ensure(...['/a', '/b'].map((path) => directory({ path })))
  same<Equal<typeof many, readonly TaskResult<PathState>[]>>()

  // What was read can be written.
  const read = await host.read(facts.text('/a'))
  if (read?.kind === 'bytes') await host.ensure(file({ path: '/b', content: read.bytes }))

  const ran = await host.run(command({ argv: ['uname', '-r'], stdin: secret, changes: false }))
  same<Equal<typeof ran, ActionResult<CommandOutput>>>()
  if (ran.ran) same<Equal<typeof ran.value.stdout, string>>()

  same<Equal<Awaited<ReturnType<typeof host.read<PathState>>>, PathState | undefined>>()
  same<Equal<ReturnType<typeof facts.path>, Fact<PathState>>>()
  const asked: string | undefined = await host.read(facts.digest('/a'))
  const once = await host.once('key', async () => 5)
  same<Equal<typeof once, number>>()
  host.assert(asked !== undefined, 'there is one')
  same<Equal<typeof asked, string>>()

  use(redis)
  use(redis, { image: 'redis:8' }, { when: ({ groups }) => groups.includes('cache') })
  becomes(facts.path('/a'), { kind: 'absent' })
  becomes(facts.digest('/a'), undefined)
  definePlaybook({ name: 'p', doc: '', params: z.strictObject({ n: z.number() }), plays: (p) => [{ name: 'x', hosts: 'all', roles: [use(redis)], serial: [1, '30%'], maxFail: `${p.n}%` }] })
}

export async function negative(host: Host): Promise<void> {
  // @ts-expect-error a misspelt param
  directory({ pth: '/a' })
  // @ts-expect-error a param that no task of this kind has
  directory({ path: '/a', contents: 'x' })
  // @ts-expect-error a mode is a string
  directory({ path: '/a', mode: 0o755 })
  // @ts-expect-error what is required is missing
  directory({})
  // @ts-expect-error content is text, bytes, a Secret or Content
  file({ path: '/a', content: 5 })
  // @ts-expect-error an option that tasks do not have
  directory({ path: '/a' }, { tag: ['x'] })

  // @ts-expect-error a secret in an argv
  command({ argv: ['login', '-p', secret] })
  // @ts-expect-error a secret in an environment
  command({ argv: ['login'], env: { PASSWORD: secret } })
  // @ts-expect-error a secret in a step's argv
  run(['login', secret])
  // @ts-expect-error a secret in a change's argv
  change('log in', ['login', secret], [])
  // @ts-expect-error a command line instead of words
  command({ argv: 'rm -rf /' })
  // @ts-expect-error no words at all
  command({ argv: [] })

  // @ts-expect-error a fact that does not exist
  facts.pth('/a')
  // @ts-expect-error a path is text
  facts.path(5)
  // @ts-expect-error a value of another fact
  becomes(facts.path('/a'), 'absent')
  // @ts-expect-error a kind that no path has
  becomes(facts.path('/a'), { kind: 'gone' })
  // @ts-expect-error a digest is text
  becomes(facts.digest('/a'), 5)

  // @ts-expect-error an action is run, not ensured
  await host.ensure(command({ argv: ['true'] }))
  // @ts-expect-error a task is ensured, not run
  await host.run(directory({ path: '/a' }))
  const [dir] = await host.ensure(directory({ path: '/a' }))
  // @ts-expect-error the state may not be known
  void dir.state.kind
  const out = await host.run(command({ argv: ['true'] }))
  // @ts-expect-error it may not have run
  void out.value

  // @ts-expect-error a variable that the role does not have
  use(redis, { imag: 'x' })
  // @ts-expect-error of another type
  use(redis, { port: '6379' })
  // @ts-expect-error a serial is a number or a share
  definePlaybook({ name: 'p', doc: '', params: z.strictObject({}), plays: () => [{ name: 'x', hosts: 'all', roles: [], serial: 'half' }] })
  // @ts-expect-error a play has hosts
  definePlaybook({ name: 'p', doc: '', params: z.strictObject({}), plays: () => [{ name: 'x', roles: [] }] })
  // @ts-expect-error a param that the playbook does not have
  definePlaybook({ name: 'p', doc: '', params: z.strictObject({ n: z.number() }), plays: (p) => [{ name: p.m, hosts: 'all', roles: [] }] })

  const about = { name: 't', doc: '', params: z.strictObject({ at: z.string() }), title: (p: { at: string }) => p.at }
  // @ts-expect-error a plan sees only the facts that the task asks for
  defineTask({ ...about, facts: (p) => ({ now: facts.path(p.at) }), plan: (_, { later }) => (later ? [] : []) })
  // @ts-expect-error a plan is done at once: it cannot ask anybody
  defineTask({ ...about, facts: (p) => ({ now: facts.path(p.at) }), plan: async () => [] })
}

test('an argv out of the inventory has at least one word', () => {
  const words = (check: unknown) => wrapper.params.safeParse({ check, words: ['a'] }).success
  assert.deepEqual([['uname'], ['uname', ''], [], [''], ['a', 'b\0'], 'uname'].map(words), [true, true, false, false, false, false])
})

test('the type tests are compiled', () => {
  assert.equal(typeof positive, 'function')
  assert.equal(typeof negative, 'function')
})
