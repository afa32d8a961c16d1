import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { clientKey, knownHosts } from '../../lab/paths.ts'
import { readState } from '../../lab/state.ts'
import { answers, breakLine } from '../rig/break-line.ts'
import { cases } from '../rig/cases.ts'
import { killedAt, run, type CliRun } from '../rig/cli.ts'
import { onHost, overSsh } from '../rig/lab-host.ts'
import { difference, manifest } from '../rig/manifest.ts'

// Changes that shut us out, on hosts whose sh is dash, busybox and bash. Whether a host can be reached is asked by ssh itself.
const ALL = ['lab1', 'lab2', 'lab3']
// Which host a test is on is of no account otherwise: busybox and bash are met below, too.
const HOSTS = cases(ALL.slice(0, 1), ALL)
const CONF = '/etc/ssh/sshd_config.d/50-hw-guarded.conf'

const words = (host: string, what: string, ...more: readonly string[]) => ['test/playbooks/guarded.ts', '-i', 'lab', '-l', host, '--what', what, ...more]
const guarded = (host: string, what: string, ...more: readonly string[]) => run([...words(host, what, ...more), '--output', 'json'], 240)
const told = ({ events }: CliRun) => events.flatMap((event) => (event.type === 'safeguard' ? [event.status] : []))
const failure = ({ events }: CliRun) => events.find((event) => event.type === 'failure')
const warnings = ({ events }: CliRun) => events.flatMap((event) => (event.type === 'warning' && event.message.startsWith('lab') ? [event.message] : []))
const changed = ({ events }: CliRun) => events.flatMap((event) => (event.type === 'task' && event.status === 'changed' ? [event.task] : []))

/** All that a safeguard of these tests is about, as text, for somebody who is let in: two equal ones mean that everything is as it was. */
const standing = (host: string) => overSsh(host, ['sh', '-c', 'cd /; ls -d /etc/ssh/* /srv/*; find etc/ssh/sshd_config.d srv/hw-guarded -exec stat -c "%n %f %u %g %Y" {} + 2>/dev/null | sort; find /etc/ssh /srv -type f -exec sha256sum {} + | sort; iptables-save | grep -v "^[#:]"'])
/** What is left of safeguards: folders, and programs at work (a cancelled timer notices within a second). */
const leftOver = (host: string) => onHost(host, ['sh', '-c', 'sleep 1.5; ls /var/lib/hostwright/guard 2>/dev/null; ps -eo args | grep "[s]afeguard.sh"; true'])

function clean(host: string): void {
  onHost(host, ['sh', '-c', 'rm -rf /etc/ssh/sshd_config.d /srv/hw-guarded /var/lib/hostwright/stamps/ssh.* /var/lib/hostwright/guard; kill -HUP "$(cat /run/sshd.pid)"; sleep 0.5'])
}
after(() => ALL.forEach(clean))

for (const host of HOSTS) {
  test(`nothing shuts us out: it stays, and check foretells it without writing anything; nothing to change: nothing is armed, in one turn (${host})`, async () => {
    clean(host)
    const before = await manifest(host)
    const check = await guarded(host, 'good', '--check')
    assert.equal(check.code, 0, check.stderr)
    assert.deepEqual([told(check), difference(before, await manifest(host))], [[], []])
    const done = await guarded(host, 'good')
    assert.equal(done.code, 0, done.stdout)
    assert.deepEqual([told(done), done.changes], [['armed', 'cancelled'], check.changes])
    assert.equal(onHost(host, ['cat', CONF]), 'X11Forwarding no\n')
    const again = await guarded(host, 'good')
    assert.deepEqual([again.code, told(again), again.changes, again.recap?.hosts[host]?.roundTrips], [0, [], [], 1])
    assert.equal(leftOver(host), '')
  })

  test(`sshd refuses our user: put back at once, seen, and told (${host})`, async () => {
    clean(host)
    await guarded(host, 'good')
    const before = standing(host)
    const done = await guarded(host, 'user', '--within', '60s')
    assert.equal(done.code, 2, done.stdout)
    assert.deepEqual([told(done), changed(done), failure(done)?.reason], [['armed', 'putting-back', 'put-back'], [], 'locked-out'])
    assert.match(failure(done)?.message ?? '', /^no new connection can be opened: root@\S+ refuses our login/)
    assert.match(failure(done)?.stands ?? '', /^everything was put back at \S+Z, and seen to be so over the old line; a new connection works again\nundone: write \/etc\/ssh\/sshd_config\.d\//)
    assert.deepEqual([done.recap?.hosts[host]?.failed, done.recap?.hosts[host]?.unknown], [1, 0])
    assert.equal(standing(host), before)
    assert.equal(leftOver(host), '')
  })

  test(`the controller is killed in between: the host puts back, and the next run waits for that, says so, and does it all (${host})`, async () => {
    clean(host)
    const before = standing(host)
    await killedAt('begun', words(host, 'slow', '--within', '9s'))
    const refused = await guarded(host, 'slow', '--within', '30s')
    assert.equal(refused.code, 0, refused.stdout)
    assert.match(warnings(refused).join('\n'), /a run that died had set a safeguard: what it had changed was put back at \S+Z/)
    assert.deepEqual([told(refused), changed(refused).length], [['armed', 'cancelled'], 3], 'all was undone, and is done again')
    assert.notEqual(standing(host), before)
    assert.equal(leftOver(host), '')
  })
}

test('by sudo: the new connection is one of the same user, and becomes the same; who is not root is refused before anything changes', async () => {
  clean('lab2')
  const before = standing('lab2')
  const folder = mkdtempSync(join(tmpdir(), 'hw-guarded-'))
  const inventory = join(folder, 'hosts.json')
  writeFileSync(inventory, JSON.stringify({ all: { hosts: { lab2: { ansible_host: readState().hosts['lab2']?.address, ansible_ssh_private_key_file: clientKey, known_hosts_file: knownHosts } } } }))
  const as = (what: string, ...more: readonly string[]) => run(['test/playbooks/guarded.ts', '-i', inventory, '--what', what, '-u', 'ops', '--output', 'json', ...more], 120)
  try {
    const refused = await as('good')
    assert.deepEqual([refused.code, told(refused), failure(refused)?.message], [2, [], 'the host could not be armed'], refused.stdout)
    assert.match(failure(refused)?.output ?? '', /only root/)
    const out = await as('ops', '-b')
    assert.deepEqual([out.code, told(out)], [2, ['armed', 'putting-back', 'put-back']], out.stdout)
    assert.match(failure(out)?.message ?? '', /ops@\S+ refuses our login/)
    assert.equal(standing('lab2'), before)
    const done = await as('good', '-b')
    assert.deepEqual([done.code, told(done)], [0, ['armed', 'cancelled']], done.stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('sshd listens elsewhere: put back over the line that is left', async () => {
  clean('lab2')
  const before = standing('lab2')
  const done = await guarded('lab2', 'port')
  assert.deepEqual([done.code, told(done)], [2, ['armed', 'putting-back', 'put-back']], done.stdout)
  assert.match(failure(done)?.message ?? '', /nobody listens there/)
  assert.equal(standing('lab2'), before)
})

test('a firewall that drops what is new: its rules are as they were', async () => {
  clean('lab1')
  const before = standing('lab1')
  const done = await guarded('lab1', 'firewall', '--within', '60s')
  assert.deepEqual([done.code, told(done), failure(done)?.reason], [2, ['armed', 'putting-back', 'put-back'], 'locked-out'], done.stdout)
  assert.match(failure(done)?.message ?? '', /does not answer/)
  assert.equal(standing('lab1'), before)
  assert.equal(leftOver('lab1'), '')
})

test('the address is taken away, and every line with it: the host puts it back by itself', async () => {
  clean('lab2')
  const before = standing('lab2')
  const done = await guarded('lab2', 'address', '--within', '8s')
  assert.deepEqual([done.code, told(done), changed(done)], [2, ['armed', 'putting-back', 'put-back'], []], done.stdout)
  assert.match(failure(done)?.stands ?? '', /^everything was put back at \S+Z \(the 8 s were over\), and seen to be so over/)
  assert.equal(standing('lab2'), before)
  assert.equal(leftOver('lab2'), '')
})

test('the host does not come back: not known, exit 7; what became of it is told by the next run', async () => {
  clean('lab3')
  const done = await guarded('lab3', 'gone', '--within', '8s')
  for (let tries = 0; !answers('lab3', ['true'], overSsh); tries++) assert.ok(tries < 30, 'the test gives the address back')
  assert.deepEqual([done.code, told(done)], [7, ['armed', 'putting-back', 'unknown']], done.stdout)
  assert.match(failure(done)?.message ?? '', /whether the host has put everything back is not known/)
  assert.doesNotMatch(JSON.stringify(done.events), /"put-back"|was put back/)
  assert.deepEqual([done.recap?.hosts['lab3']?.unreachable, done.recap?.hosts['lab3']?.changed], [1, 0])
  const next = await guarded('lab3', 'good')
  assert.equal(next.code, 0, next.stdout)
  assert.match(warnings(next).join('\n'), /what it had changed was put back at/)
  assert.equal(leftOver('lab3'), '')
})

test('a task fails: put back at once, whatever time is left', async () => {
  clean('lab3')
  const before = standing('lab3')
  const began = performance.now()
  const done = await guarded('lab3', 'fails', '--within', '1h')
  assert.ok(performance.now() - began < 20_000)
  assert.deepEqual([done.code, told(done), changed(done)], [2, ['armed', 'putting-back', 'put-back'], []], done.stdout)
  const failed = failure(done)
  assert.deepEqual([failed?.task, failed?.reason, failed?.output], ['created /srv/hw-guarded/never', 'command', 'no such thing'])
  assert.match(failed?.stands ?? '', /^everything was put back at \S+Z, and seen to be so over the old line\nundone: create \/etc\/ssh\/sshd_config\.d; create/)
  assert.equal(standing('lab3'), before)
  assert.equal(leftOver('lab3'), '')
})

test('it takes too long: the host is first, no task is started after that, and what was still being done is undone too', async () => {
  clean('lab2')
  const before = standing('lab2')
  const done = await guarded('lab2', 'late', '--within', '6s')
  assert.deepEqual([done.code, told(done), changed(done)], [2, ['armed', 'putting-back', 'put-back'], []], done.stdout)
  assert.match(failure(done)?.message ?? '', /within 6 s: the host was first/)
  assert.equal(standing('lab2'), before)
  assert.equal(leftOver('lab2'), '')
})

test('a run that lives keeps its host: another is refused at once, armed or not', async () => {
  clean('lab3')
  const first = guarded('lab3', 'long', '--within', '60s')
  for (let tries = 0; !answers('lab3', ['sh', '-c', 'test -e /var/lib/hostwright/guard/*/armed']); tries++) {
    assert.ok(tries < 100, 'it was never armed')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const second = await guarded('lab3', 'good')
  assert.equal(second.code, 5, second.stdout)
  assert.ok(answers('lab3', ['sh', '-c', 'test -e /var/lib/hostwright/guard/*/armed']), 'the first is still at work')
  const done = await first
  assert.deepEqual([done.code, told(done)], [0, ['armed', 'cancelled']], done.stdout)
})

test('the line breaks in the middle: it is not gone on with; the host puts back, which is seen over a new connection', async () => {
  clean('lab1')
  const before = standing('lab1')
  const running = guarded('lab1', 'slow', '--within', '10s')
  await breakLine('lab1', 6)
  const done = await running
  assert.deepEqual([done.code, told(done), failure(done)?.reason], [2, ['armed', 'putting-back', 'put-back'], 'lost'], done.stdout)
  assert.match(failure(done)?.stands ?? '', /seen to be so over a new connection/)
  assert.equal(standing('lab1'), before)
  assert.equal(leftOver('lab1'), '')
})

test('the role sshd: stays where we get in; where we would not, all goes back, with what is recorded of the reload', async () => {
  clean('lab2')
  const sshd = (params: object) => run(['playbooks/sshd.ts', '-i', 'lab', '-l', 'lab2', '-e', JSON.stringify({ sshd: params }), '--output', 'json'], 120)
  const good = { password_authentication: false, max_auth_tries: 9 }
  const done = await sshd(good)
  assert.deepEqual([done.code, told(done)], [0, ['armed', 'cancelled']], done.stdout)
  assert.match(onHost('lab2', ['sshd', '-T']), /^maxauthtries 9$[^]*^passwordauthentication no$/m)
  const out = await sshd({ ...good, allow_users: ['nobody'] })
  assert.deepEqual([out.code, told(out), failure(out)?.reason], [2, ['armed', 'putting-back', 'put-back'], 'locked-out'], out.stdout)
  const again = await sshd(good)
  assert.deepEqual([again.code, again.changes, told(again)], [0, [], []])
  assert.equal(leftOver('lab2'), '')
})

test('the role sshd: what sshd does not take is put back and told, with the line that stands before ours; ports are looked for', async () => {
  clean('lab2')
  const sshd = (params: object, ...more: readonly string[]) => run(['playbooks/sshd.ts', '-i', 'lab', '-l', 'lab2', '-e', JSON.stringify({ sshd: params }), '--output', 'json', ...more], 120)
  onHost('lab2', ['sh', '-c', 'mkdir /etc/ssh/sshd_config.d; echo PasswordAuthentication yes >/etc/ssh/sshd_config.d/0-first.conf; echo AllowUsers root >/etc/ssh/sshd_config.d/90-more.conf'])
  const before = standing('lab2')
  const ignored = await sshd({ password_authentication: false })
  assert.deepEqual([ignored.code, told(ignored), failure(ignored)?.reason], [2, ['armed', 'putting-back', 'put-back'], 'did-not-converge'], ignored.stdout)
  assert.match(failure(ignored)?.message ?? '', /passwordauthentication is yes \(\/etc\/ssh\/sshd_config\.d\/0-first\.conf:1, \/etc\/ssh\/sshd_config:\d+\), and shall be no$/)
  assert.equal(standing('lab2'), before)
  const added = await sshd({ allow_users: ['root', 'ops'], max_auth_tries: 9 })
  assert.deepEqual([added.code, added.changes.at(-1)], [0, 'lab2 sshd sshd-effective settings: have sshd take it: allowusers is root (/etc/ssh/sshd_config.d/90-more.conf:1), and shall be root ops; maxauthtries is 6, and shall be 9'], added.stdout)
  onHost('lab2', ['sh', '-c', 'rm /etc/ssh/sshd_config.d/00-hostwright.conf /var/lib/hostwright/stamps/ssh.reload; kill -HUP "$(cat /run/sshd.pid)"'])

  const check = await sshd({ ports: [22, 2222] }, '--check')
  const ports = await sshd({ ports: [22, 2222] })
  assert.deepEqual([ports.code, told(ports), ports.changes], [0, ['armed', 'cancelled'], check.changes], ports.stdout)
  assert.match(ports.changes.at(-1) ?? '', /: have sshd take it: port is 22, and shall be 22 2222; nobody listens on port 2222$/)
  const again = await sshd({ ports: [22, 2222] })
  assert.deepEqual([again.code, again.changes, told(again)], [0, [], []])

  onHost('lab2', ['sed', '-i', '1i PasswordAuthentication yes', '/etc/ssh/sshd_config'])
  const late = await sshd({ password_authentication: false })
  onHost('lab2', ['sed', '-i', '1d', '/etc/ssh/sshd_config'])
  assert.deepEqual([late.code, told(late), failure(late)?.message], [2, [], '/etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf before all else'])
})

test('the role sshd: with the last setting goes our file, which check foretells; one of its name that is not ours stays', async () => {
  clean('lab2')
  const sshd = (params: object, ...more: readonly string[]) => run(['playbooks/sshd.ts', '-i', 'lab', '-l', 'lab2', '-e', JSON.stringify({ sshd: params }), '--output', 'json', ...more], 120)
  const nothing = await sshd({})
  assert.deepEqual([nothing.code, nothing.changes, told(nothing)], [0, [], []], nothing.stdout)
  assert.equal((await sshd({ max_auth_tries: 9 })).code, 0)
  const before = standing('lab2')
  const check = await sshd({}, '--check')
  assert.deepEqual([check.code, standing('lab2')], [0, before], check.stdout)
  const done = await sshd({})
  assert.deepEqual([done.code, told(done), done.changes], [0, ['armed', 'cancelled'], check.changes], done.stdout)
  assert.deepEqual(done.changes, ['lab2 sshd absent /etc/ssh/sshd_config.d/00-hostwright.conf: remove the file /etc/ssh/sshd_config.d/00-hostwright.conf', 'lab2 sshd service ssh: reload ssh: its configuration changed'])
  assert.match(onHost('lab2', ['sshd', '-T']), /^maxauthtries 6$/m)
  const again = await sshd({})
  assert.deepEqual([again.code, again.changes, told(again)], [0, [], []])

  onHost('lab2', ['sh', '-c', 'echo MaxAuthTries 5 >/etc/ssh/sshd_config.d/00-hostwright.conf'])
  const foreign = await sshd({})
  assert.deepEqual([foreign.code, foreign.changes, told(foreign)], [0, [], []])
  assert.equal(leftOver('lab2'), '')
})

test('what cannot be put back is said loudly, then and by the next run; its snapshot stays, for root alone', async () => {
  clean('lab1')
  const done = await guarded('lab1', 'stuck')
  assert.deepEqual([done.code, told(done), failure(done)?.reason], [2, ['armed', 'putting-back', 'not-put-back'], 'not-put-back'], done.stdout)
  assert.match(failure(done)?.message ?? '', /^the host was NOT put back as it was/)
  assert.match(failure(done)?.output ?? '', /cannot be restored\n! sh -c .* ended with status 4/)
  const [, folder = ''] = /lies in (\S+)\/was/.exec(failure(done)?.stands ?? '') ?? []
  assert.equal(onHost('lab1', ['stat', '-c', '%a %U', folder]), '700 root\n')
  const next = await guarded('lab1', 'good')
  assert.equal(next.code, 0)
  assert.match(warnings(next).join('\n'), new RegExp(`NOT put back as it was at \\S+Z: ${folder} has the snapshot`))
  assert.match(onHost('lab1', ['ls', folder]), /^was$/m)
})
