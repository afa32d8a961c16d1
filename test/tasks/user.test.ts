import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordDigest } from '../../engine/facts/password-digest.ts'
import { user } from '../../engine/tasks/user.ts'
import { sha256 } from '../../engine/values/content.ts'
import { Secret } from '../../engine/values/secret.ts'
import { aGroup, aUser } from '../rig/accounts.ts'
import { aDirectory } from '../../engine/testing/paths.ts'
import { given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'

const home = aDirectory('/home/ann', '0750', 'ann')
const ann = [aUser('ann', { groups: ['audio'] }), aGroup('ann', 1500), home]
const hash = '$6$salt$0123456789abcdefghijklmnop'
const docker = aGroup('docker', 999)

planRows<Parameters<typeof user>[0]>('user', user, [
  ['absent', { name: 'ann' }, [], ['create the user ann', 'create /home/ann']],
  ['absent, and the home is there', { name: 'ann' }, [home], ['create the user ann']],
  ['absent, of the system', { name: 'ann', system: true }, [], ['create the user ann']],
  ['absent, with all', { name: 'ann', uid: 1600, group: 'docker', groups: ['docker', 'audio'], password: new Secret(hash), home: '/srv/ann', comment: 'Ann' }, [docker, aGroup('audio', 29)], ['create the user ann', 'create /srv/ann', 'set the password of ann']],
  ['as wished', { name: 'ann', groups: ['audio'], shell: '/bin/bash', home: '/home/ann', uid: 1500 }, [...ann, aGroup('audio', 29, ['ann'])], []],
  ['one group more', { name: 'ann', groups: ['docker'] }, [...ann, docker], ['change the user ann: joins docker']],
  ['these groups only', { name: 'ann', groups: ['docker'], append: false }, [...ann, docker], ['change the user ann: joins docker, leaves audio']],
  ['no groups at all', { name: 'ann', append: false }, ann, ['change the user ann: leaves audio']],
  ['the primary group among the groups', { name: 'ann', groups: ['ann'] }, ann, []],
  ['shell and comment', { name: 'ann', shell: '/bin/sh', comment: 'A' }, ann, ['change the user ann: comment, shell /bin/sh']],
  ['another number', { name: 'ann', uid: 1700 }, ann, ['change the user ann: number 1700']],
  ['another primary group', { name: 'ann', group: 'docker' }, [...ann, docker], ['change the user ann: primary group docker']],
  ['another home', { name: 'ann', home: '/srv/ann' }, ann, ['change the user ann: home /srv/ann', 'create /srv/ann']],
  ['the home is gone', { name: 'ann' }, [aUser('ann')], ['create /home/ann']],
  ['the home is gone, and so it stays', { name: 'ann', createHome: false }, [aUser('ann')], []],
  ['the password is as wished', { name: 'ann', password: new Secret(hash) }, [...ann, given(passwordDigest('ann'), sha256(hash))], []],
  ['another password', { name: 'ann', password: new Secret(hash) }, [...ann, given(passwordDigest('ann'), sha256('!'))], ['set the password of ann']],
  ['a group that is not there', { name: 'ann', groups: ['docker', 'audio'] }, ann, ['refused: there is no group "docker", "audio"']],
  ['a number that is taken', { name: 'ann', uid: 1000 }, [aUser('1000', { uid: 1000 })], ['refused: another user has the number 1000']],
  ['gone', { name: 'ann', state: 'absent' }, ann, ['remove the user ann']],
  ['gone with the home', { name: 'ann', state: 'absent', removeHome: true }, ann, ['remove the user ann and /home/ann']],
  ['gone, and it was', { name: 'ann', state: 'absent' }, [], []],
], [
  ['password in clear', { name: 'ann', password: new Secret('hunter2 hunter2') }, /give the hash/],
  ['hash with a colon', { name: 'ann', password: new Secret('$6$a:b') }, /give the hash/],
  ['comment with a colon', { name: 'ann', comment: 'a:b' }, /without ":"/],
  ['removal of root', { name: 'root', state: 'absent' }, /root is not removed/],
  ['name that is an option', { name: '-r' }, /named with/],
])

test('user: the hash goes to chpasswd by stdin, as a secret, and stands in no argv', () => {
  const steps = changesOf(user({ name: 'ann', password: new Secret(hash) })).flatMap((change) => change.steps)
  const chpasswd = steps.find((step) => step.kind === 'run' && step.argv[0] === 'chpasswd')
  assert(chpasswd?.kind === 'run' && chpasswd.stdin)
  assert.equal(chpasswd.stdin.text, `ann:${hash}\n`)
  assert.equal(chpasswd.stdin.secret, true)
  for (const step of steps) if (step.kind === 'run') assert(!step.argv.join(' ').includes(hash))
})
