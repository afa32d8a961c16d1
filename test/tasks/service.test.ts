import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arriving, installed } from '../../engine/facts/packages.ts'
import { digest } from '../../engine/facts/path.ts'
import { service as serviceFact, type ServiceState } from '../../engine/facts/service.ts'
import { HostModel } from '../../engine/host/model.ts'
import { planTask } from '../../engine/host/plan.ts'
import { file } from '../../engine/tasks/file.ts'
import { packages } from '../../engine/tasks/packages.ts'
import { service } from '../../engine/tasks/service.ts'
import type { Task } from '../../engine/tasks/task.ts'
import { contentOf } from '../../engine/values/content.ts'
import { aDirectory, aFile } from '../../engine/testing/paths.ts'
import { given, planOf, type Given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'

type Present = Extract<ServiceState, { kind: 'present' }>
const is = (more: Partial<Present> = {}): Given => given(serviceFact('web'), { kind: 'present', manager: 'systemd', running: true, enablement: 'enabled', oneshot: false, ...more })
const up = { name: 'web', state: 'running' } as const

/** The stamp that a service leaves which was started with this configuration. */
function stamped(verb: 'restart' | 'reload', config: string): Given {
  const at = `/var/lib/hostwright/stamps/web.${verb}`
  const [change] = changesOf(service({ ...up, [`${verb}On`]: [config] }), [is()])
  const effect = change?.effects.find(({ fact }) => fact.key === digest(at).key)
  assert(typeof effect?.value === 'string')
  return given(digest(at), effect.value)
}

planRows<Parameters<typeof service>[0]>('service', service, [
  ['as wished', { ...up, enabled: true }, [is()], []],
  ['stopped', up, [is({ running: false })], ['start web']],
  ['running, and should not', { name: 'web', state: 'stopped' }, [is()], ['stop web']],
  ['disabled', { ...up, enabled: true }, [is({ enablement: 'disabled' })], ['enable web']],
  ['both', { ...up, enabled: true }, [is({ running: false, enablement: 'disabled' })], ['enable web', 'start web']],
  ['enabled, and should not', { name: 'web', state: 'stopped', enabled: false }, [is()], ['disable web', 'stop web']],
  ['init scripts', { ...up, enabled: true }, [is({ manager: 'init', running: false, enablement: 'disabled' })], ['enable web', 'start web']],
  ['started, with its configuration', { ...up, restartOn: ['a'] }, [is({ running: false })], ['start web']],
  ['what it was started with is not known', { ...up, restartOn: ['a'] }, [is()], ['restart web: its configuration changed']],
  ['started with this', { ...up, restartOn: ['a'] }, [is(), stamped('restart', 'a')], []],
  ['started with something else', { ...up, restartOn: [contentOf('b')] }, [is(), stamped('restart', 'a')], ['restart web: its configuration changed']],
  ['loaded something else', { ...up, reloadOn: ['b'] }, [is(), stamped('reload', 'a')], ['reload web: its configuration changed']],
  ['a restart reloads too', { ...up, reloadOn: ['b'], restartOn: ['b'] }, [is(), stamped('reload', 'a'), stamped('restart', 'a')], ['restart web: its configuration changed']],
  ['not there', up, [], ['refused: there is no service web']],
  ['its unit file will be there', { ...up, enabled: true }, aFile('/etc/systemd/system/web.service', '[Unit]'), ['enable web', 'start web']],
  ['masked', up, [is({ running: false, enablement: 'masked' })], ['refused: web is masked']],
  ['masked, and so it may be', { name: 'web', state: 'stopped', enabled: false }, [is({ running: false, enablement: 'masked' })], []],
  ['one-shot', up, [is({ running: false, oneshot: true })], ['refused: web is a one-shot unit: it runs and ends']],
  ['static', { ...up, enabled: true }, [is({ enablement: 'static' })], ['refused: web cannot be enabled: its unit has no [Install] section']],
], [
  ['path for a name', { name: '../x', state: 'running' }, /named as for systemctl/],
  ['option for a name', { name: '-f', state: 'running' }, /named as for systemctl/],
  ['no wish at all', { name: 'web' }, /say `state`, `enabled` or both/],
  ['configuration of what does not run', { name: 'web', state: 'stopped', restartOn: ['x'] }, /state running/],
])

/** The sentences of a batch on a host of which this is known. */
function foretold(tasks: readonly Task[], facts: readonly Given[]): string[] {
  const model = new HostModel()
  for (const task of tasks) for (const fact of Object.values(task.facts)) model.observe(fact, fact.kind.blank)
  for (const [fact, value] of facts) model.observe(fact, value)
  return tasks.flatMap((task) => {
    const planned = planTask(task, model)
    return planned.kind === 'changes' ? planned.changes.map(({ summary }) => summary) : [planned.kind]
  })
}

test('service: on a fresh host, what comes with a package is foretold', () => {
  const batch = [packages({ names: ['web-server'] }), service({ name: 'web', state: 'running', enabled: true })]
  assert.deepEqual(foretold(batch, []), ['install web-server'])
  assert.deepEqual(foretold(batch, [given(arriving('packages'), { names: [], startsServices: false })]), ['install web-server', 'start web'])
  assert.deepEqual(foretold(batch, [given(installed('web-server'), { kind: 'installed', version: '1', held: false })]), ['refused'])
})

test('service: a unit file that the same batch writes', () => {
  const unit = '[Service]\nExecStart=/bin/true\n'
  const batch = [file({ path: '/etc/systemd/system/web.service', content: unit }), service({ name: 'web', state: 'running', restartOn: [unit] })]
  assert.deepEqual(foretold(batch, [aDirectory('/etc/systemd/system')]), ['create /etc/systemd/system/web.service', 'start web'])
})

test('service: what is started is left without the lock, and looked at again', () => {
  const task = service(up)
  for (const manager of ['systemd', 'init'] as const) {
    const steps = changesOf(task, [is({ manager, running: false })]).flatMap((change) => change.steps)
    const words = steps.map((step) => (step.kind === 'run' ? step.argv.join(' ') : ''))
    assert.deepEqual(words, manager === 'systemd' ? ['systemctl daemon-reload', 'systemctl start -- web', 'sleep 1', 'systemctl status --no-pager --lines=20 -- web'] : ['service web start', 'sleep 1', 'service web status'])
    assert(steps.every((step) => step.kind === 'run' && (!/ start/.test(step.argv.join(' ')) || step.daemon === true)))
  }
  assert.deepEqual(planOf(task, [is()]), [])
})
