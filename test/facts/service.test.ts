import assert from 'node:assert/strict'
import { test } from 'node:test'
import { service } from '../../engine/facts/service.ts'
import { parsed, readWith, shells } from '../rig/shells.ts'

const unit = (more: Readonly<Record<string, string>>) =>
  Object.entries({ Type: 'notify', RemainAfterExit: 'no', LoadState: 'loaded', ActiveState: 'active', SubState: 'running', UnitFileState: 'enabled', ...more })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

test('service: what systemctl show says, and the links of init scripts', () => {
  const units: [name: string, block: string, found: unknown][] = [
    ['ssh', unit({}), { running: true, enablement: 'enabled', oneshot: false }],
    ['stopped', unit({ ActiveState: 'inactive', SubState: 'dead', UnitFileState: 'disabled' }), { running: false, enablement: 'disabled', oneshot: false }],
    ['failed', unit({ ActiveState: 'failed', SubState: 'failed' }), { running: false, enablement: 'enabled', oneshot: false }],
    ['crashing', unit({ ActiveState: 'activating', SubState: 'auto-restart' }), { running: false, enablement: 'enabled', oneshot: false }],
    ['journald', unit({ UnitFileState: 'static' }), { running: true, enablement: 'static', oneshot: false }],
    ['masked', unit({ LoadState: 'masked', ActiveState: 'inactive', UnitFileState: 'masked' }), { running: false, enablement: 'masked', oneshot: false }],
    ['sysv', unit({ UnitFileState: 'generated' }), { running: true, enablement: 'enabled', oneshot: false }],
    ['sysv-off', unit({ UnitFileState: 'generated' }), { running: true, enablement: 'disabled', oneshot: false }],
    ['once', unit({ Type: 'oneshot', ActiveState: 'inactive' }), { running: false, enablement: 'enabled', oneshot: true }],
    ['once-and-stays', unit({ Type: 'oneshot', RemainAfterExit: 'yes' }), { running: true, enablement: 'enabled', oneshot: false }],
    ['runtime', unit({ UnitFileState: 'enabled-runtime' }), { running: true, enablement: 'disabled', oneshot: false }],
  ]
  const absent = ['nothing', unit({ LoadState: 'not-found', ActiveState: 'inactive', UnitFileState: '' })]
  const answer = `linked sysv\nsystemd\n${[...units.map(([, block]) => block), absent[1]].join('\n')}`
  const facts = [...units.map(([name]) => name), 'nothing'].map(service)
  assert.deepEqual(parsed(facts, answer), [...units.map(([, , found]) => ({ kind: 'present', manager: 'systemd', ...Object(found) })), { kind: 'absent', manager: 'systemd' }])
})

test('service: init scripts', () => {
  const answer = 'linked cron\ninit\nrunning cron\nstopped docker\n'
  assert.deepEqual(parsed(['cron', 'docker', 'ron', 'nothing'].map(service), answer), [
    { kind: 'present', manager: 'init', running: true, enablement: 'enabled', oneshot: false },
    { kind: 'present', manager: 'init', running: false, enablement: 'disabled', oneshot: false },
    { kind: 'absent', manager: 'init' },
    { kind: 'absent', manager: 'init' },
  ])
})

for (const shell of shells)
  test(`service: read on this machine with ${shell.name}`, () => {
    const [found] = readWith(shell, [service('no-such-service-here')])
    assert.deepEqual(Object.keys(Object(found)), ['kind', 'manager'])
  })
