import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeProject } from '../../engine/facts/compose-project.ts'
import type { Fact } from '../../engine/facts/fact.ts'
import { path } from '../../engine/facts/path.ts'
import { tree } from '../../engine/facts/tree.ts'
import { file } from '../../engine/tasks/file.ts'
import { sha256 } from '../../engine/values/content.ts'
import { caddyLoaded } from '../../roles/caddy/loaded.ts'
import { caddyProject } from '../../roles/caddy/project.ts'
import { container, engine, files, record } from '../rig/docker.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'
import { given, type Given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'

const { now: config } = caddyLoaded({}).facts
const is = (value: unknown): Given[] => (config ? [[config, value]] : [])
const running = (text: string) => is({ running: text, written: 'what the files say' })

const RELOAD = 'reload caddy: it runs with another configuration than its files say'
planRows('caddy-loaded', caddyLoaded, [
  ['it does not run', {}, [], []],
  ['it runs with what is written', {}, is({ running: { b: 1, a: 2 }, written: { a: 2, b: 1 } }), []],
  ['it runs with something else', {}, running('another'), [RELOAD]],
  ['it does not tell', {}, is('silent'), ['refused: Caddy runs, and does not tell what it has loaded: its admin endpoint (127.0.0.1:2019 in the container) does not answer']],
])

// A site was changed by hand: its project takes that in, so that there is nothing left for caddy-loaded to do.
const at = '/opt/services/caddy'
const yml = 'name: caddy\nservices: { caddy: { image: "caddy:2", container_name: caddy, volumes: [".:/etc/caddy:ro"] } }\n'
const sites = new Map([[`${at}/sites/shop.caddy`, sha256('by hand')]])
const runs = { id: 'c1', name: 'caddy', directory: at, networks: ['caddy_default'] }
const standing = (seen: readonly Given[], loaded: readonly string[]): Given[] => [
  engine(), ...files(at, { 'docker-compose.yml': yml }), given(tree(`${at}/sites`), sites), given(tree(`${at}/Caddyfile`), new Map()), ...seen,
  given(composeProject('caddy'), { containers: [container('caddy', runs)], volumes: [], record: record([...digestLine(), 'loads - caddy', ...loaded, 'container c1 -'].join('\n')) }),
]
/** The line of the record for the service as it stands in the file. */
function digestLine(): string[] {
  const task = caddyProject(at)
  const facts: readonly (readonly [Fact<unknown>, unknown])[] = [...Object.values(task.facts).map((fact) => [fact, fact.kind.blank] as const), engine(), ...files(at, { 'docker-compose.yml': yml })]
  const plan = task.plan(new Map(facts.map(([fact, value]) => [fact.key, value])))
  const last = 'refused' in plan ? undefined : plan[0]?.steps.at(-1)
  return last?.kind === 'run' ? (last.stdin?.text ?? '').split('\n').filter((line) => line.startsWith('service ')) : []
}

const cases: readonly (readonly [name: string, seen: readonly Given[], loaded: readonly string[], told: readonly string[]])[] = [
  ['after its project was reloaded', running('another'), [], [`changed composeProject ${at}: reload caddy: sites/shop.caddy changed`, 'ok caddy-loaded what is written']],
  ['the same, where it did not tell before', is('silent'), [], [`changed composeProject ${at}: reload caddy: sites/shop.caddy changed`, 'ok caddy-loaded what is written']],
  ['after nothing was to do', running('another'), [`loaded ${sha256('by hand')} caddy ${at}/sites/shop.caddy`], [`ok composeProject ${at}`, `changed caddy-loaded what is written: ${RELOAD}`]],
]
test('caddy-loaded in check mode: a site that was changed by hand is put back, as Caddy has it loaded', async () => {
  const { host, ...memory } = openMemory(new FakeHost('memory', [...standing(running('another'), [`loaded ${sha256('as it was')} caddy ${at}/sites/shop.caddy`]), given(path(`${at}/sites`), { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 0 })]), 'check')
  await host.ensure(file({ path: `${at}/sites/shop.caddy`, content: 'as it was', mode: '0644' }), caddyProject(at))
  await host.ensure(caddyLoaded({}))
  assert.deepEqual(memory.told().slice(1), [`ok composeProject ${at}`, 'ok caddy-loaded what is written'])
})

for (const [name, seen, loaded, told] of cases)
  test(`caddy-loaded in check mode: ${name}`, async () => {
    const { host, ...memory } = openMemory(new FakeHost('memory', standing(seen, loaded)), 'check')
    await host.ensure(caddyProject(at))
    await host.ensure(caddyLoaded({}))
    assert.deepEqual(memory.told(), told)
  })
