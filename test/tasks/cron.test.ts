import assert from 'node:assert/strict'
import { test } from 'node:test'
import { user } from '../../engine/facts/accounts.ts'
import { arriving } from '../../engine/facts/packages.ts'
import { cron } from '../../engine/tasks/cron.ts'
import { aUser } from '../rig/accounts.ts'
import { aDirectory, aFile, aLink } from '../../engine/testing/paths.ts'
import { given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'

type Params = Parameters<typeof cron>[0]
const job: Params = { name: 'backup', schedule: '30 3 * * *', command: 'backup' }
const at = '/etc/cron.d/backup'
const content = '# Written by hostwright; changes here are lost.\n30 3 * * * root backup\n'
const host = [aDirectory('/etc/cron.d'), aUser('root', { uid: 0 })]

planRows<Params>('cron', cron, [
  ['absent', job, host, ['create /etc/cron.d/backup']],
  ['as wished', job, [...host, ...aFile(at, content)], []],
  ['spaces do not count', { ...job, schedule: ' 30  3 * *\t* ' }, [...host, ...aFile(at, content)], []],
  ['another time', { ...job, schedule: '@daily' }, [...host, ...aFile(at, content)], ['write /etc/cron.d/backup']],
  ['a file that cron would ignore', job, [...host, ...aFile(at, content, '0664', 'ann')], ['chown 0:0 /etc/cron.d/backup', 'chmod 0644 /etc/cron.d/backup']],
  ['gone', { name: 'backup', state: 'absent' }, [...host, ...aFile(at, content)], ['remove /etc/cron.d/backup']],
  ['gone, and it was', { name: 'backup', state: 'absent' }, [], []],
  ['no cron', job, [aUser('root')], ['refused: there is no /etc/cron.d on this host']],
  ['no cron yet', job, [aUser('root'), given(arriving('packages'), { names: ['cron'], startsServices: true })], ['create /etc/cron.d/backup']],
  ['no such user', { ...job, user: 'ann' }, host, ['refused: there is no user "ann"']],
  ['a link', job, [...host, aLink(at, '/x')], ['refused: /etc/cron.d/backup is no regular file: cron does not read it']],
], [
  ['name with a dot', { ...job, name: 'backup.sh' }, /never run/],
  ['path for a name', { ...job, name: '../passwd' }, /cron reads only/],
  ['job without a schedule', { name: 'x', command: 'y' }, /give a `schedule` and a `command`/],
  ['command of two lines', { ...job, command: 'a\n* * * * * root b' }, /must be one line/],
  ['environment of two lines', { ...job, env: { A: 'x\ny' } }, /must be one line/],
  ['command that cron does not read to its end', { ...job, command: 'x'.repeat(999) }, /a command of 998 bytes.*put it into a script/],
  ['the same, with what is escaped, and in bytes', { ...job, command: `${'%'.repeat(10)}${'ü'.repeat(490)}` }, /a command of 998 bytes/],
  ['environment that cron cuts off', { ...job, env: { A: 'x'.repeat(995) } }, /998 bytes a line.*set it in a script/],
  ['four fields', { ...job, schedule: '* * * *' }, /five fields.*has 4/],
  ['minute 60', { ...job, schedule: '60 * * * *' }, /"60" is no minute: 0 to 59/],
  ['hour 24', { ...job, schedule: '0 24 * * *' }, /no hour/],
  ['day 0', { ...job, schedule: '0 0 0 * *' }, /no day of the month/],
  ['month by a wrong name', { ...job, schedule: '0 0 * foo *' }, /no month/],
  ['range that runs backwards', { ...job, schedule: '0 5-1 * * *' }, /no hour/],
  ['step of 0', { ...job, schedule: '*/0 * * * *' }, /no minute/],
  ['step of a single number', { ...job, schedule: '5/10 * * * *' }, /no minute/],
  ['word that cron does not know', { ...job, schedule: '@often' }, /none of @reboot/],
])

const schedules = ['*/5 * * * *', '0-30/10,45 0,12 1-15 jan-mar mon-fri', '0 0 31 12 7', '@reboot', '0 0 * * SUN']
for (const schedule of schedules) test(`cron takes ${schedule}`, () => assert.equal(cron({ ...job, schedule }).title, 'cron backup'))

test('cron: a command and an environment as long as cron reads them', () => {
  const text = textOf({ ...job, command: `%${'x'.repeat(996)}`, env: { A: 'x'.repeat(994) } })
  assert.deepEqual(text.split('\n').slice(1).map((line) => line.length), [998, '30 3 * * * root '.length + 998, 0])
})

const lines: [what: string, more: Partial<Params>, text: string][] = [
  ['percent signs are escaped', { command: 'date +%F >"/x y"' }, '30 3 * * * root date +\\%F >"/x y"\n'],
  ['those that are escaped stay', { command: 'date +\\%F%H' }, '30 3 * * * root date +\\%F\\%H\n'],
  ['another user', { user: 'ann' }, '30 3 * * * ann backup\n'],
  ['a word for the time', { schedule: '@daily' }, '@daily root backup\n'],
  ['environment', { env: { PATH: '/usr/local/bin:/bin', MAILTO: '', SAY: 'a "b"' } }, 'PATH="/usr/local/bin:/bin"\nMAILTO=""\nSAY=\'a "b"\'\n30 3 * * * root backup\n'],
]
for (const [what, more, text] of lines)
  test(`cron, as written: ${what}`, () => {
    assert.equal(textOf({ ...job, ...more }), `# Written by hostwright; changes here are lost.\n${text}`)
  })

/** What would be written. */
function textOf(params: Params): string {
  const step = changesOf(cron(params), [...host, aUser('ann')])[0]?.steps[0]
  assert(step?.kind === 'write')
  assert.deepEqual([step.mode, step.owner], ['0644', '0:0'])
  return step.content.text ?? ''
}

test('cron asks for its user', () => assert(Object.values(cron({ ...job, user: 'ann' }).facts).some(({ key }) => key === user('ann').key)))
