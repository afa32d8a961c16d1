import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { checkout } from '../../lab/paths.ts'
import { folder, lab, prefix, prepare, subnet, tidy } from './rig.ts'

/** What a command on lab1 prints; the test fails when the command does. */
function onHost(command: string, target = 'lab1'): string {
  const said = lab('ssh', target, command)
  assert.equal(said.code, 0, said.stdout + said.stderr)
  return said.stdout.trim()
}

function pidOf(name: string): string {
  return new RegExp(`^${name} .*pid (\\d+)`, 'm').exec(lab('status').stdout)?.[1] ?? 'none'
}

/** What of the second lab is in the kernel or running: nothing, after `down`. */
function traces(): string[] {
  const lines = (argv: readonly [string, ...string[]]) => execFileSync(argv[0], argv.slice(1), { encoding: 'utf8' }).split('\n')
  const commandLine = (pid: string) => (existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') : '')
  const found = [
    ...lines(['ip', 'netns', 'list']),
    ...lines(['ip', '-o', 'link', 'show']),
    ...readFileSync('/proc/self/mountinfo', 'utf8').split('\n'),
    ...lines(['find', '/sys/fs/cgroup', '-name', `${prefix}*`]),
    ...lines(['iptables-save']),
    ...readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map(commandLine),
  ]
  return found.filter((line) => (line.includes(prefix) || line.includes(folder)) && !line.includes('find /sys'))
}

describe('a lab host', () => {
  before(() => {
    prepare()
    const { code, stdout, stderr } = lab('up', '1', '--sh', 'lab1=busybox')
    assert.equal(code, 0, stdout + stderr)
  })
  after(tidy)

  test('is reached by ssh with its key checked, and by no other key', () => {
    assert.equal(onHost('hostname; id -u'), 'lab1\n0')
    const file = `${folder}/ssh/known_hosts`
    const known = readFileSync(file, 'utf8')
    writeFileSync(file, known.replace(/^10.*ssh-ed25519 .*$/m, '').replaceAll(`${subnet}.11`, `${subnet}.99`))
    assert.equal(lab('ssh', 'lab1', 'true').code, 255)
    writeFileSync(file, known)
    assert.equal(lab('ssh', 'lab1', 'true').code, 0)
  })

  test('has users with and without a password for sudo', () => {
    assert.equal(onHost('sudo -n id -u', 'ops@lab1'), '0')
    assert.equal(onHost('echo deploy-lab-password | sudo -S -p "" id -u', 'deploy@lab1'), '0')
    assert.notEqual(lab('ssh', 'deploy@lab1', 'sudo -n id -u').code, 0)
  })

  test('has the /bin/sh that was asked for, and its init scripts work with it', () => {
    assert.equal(onHost('readlink -f /bin/sh'), '/usr/bin/busybox')
    assert.match(onHost('service docker restart && service ssh status'), /sshd is running/)
    onHost('i=0; until docker version >/dev/null 2>&1; do i=$((i + 1)); [ $i -lt 100 ]; sleep 0.1; done')
  })

  test('shows nothing of the machine that is not a host\'s business', () => {
    assert.equal(onHost('ls -A /root /opt/services /data /usr/local/bin 2>/dev/null | tr "\\n" " "'), '/root: .ssh  /usr/local/bin:')
    assert.equal(onHost(`ls -d '${checkout}' '${folder}' '${checkout}/lab' 2>/dev/null | wc -l`), '0')
    assert.equal(onHost('docker ps -aq; docker network ls --format "{{.Name}}" | sort | tr "\\n" " "'), 'bridge host none')
    assert.notEqual(lab('ssh', 'lab1', 'ping -c 1 -W 1 192.0.2.1 || busybox wget -T 2 -O- http://192.0.2.1/').code, 0)
  })

  test('runs containers, with limits, an init and compose', () => {
    assert.equal(onHost('docker run --rm --init --memory 64m --cpus 0.5 --pids-limit 50 --ulimit nofile=512:1024 redis:7-alpine sh -c "ulimit -n"'), '512')
    assert.match(onHost('docker compose version --short'), /^2\.(2[0-9]|[3-9][0-9])\./)
  })

  test('shows its files outside, whole and as what differs from fresh', () => {
    onHost('mkdir -p /data/kept && echo here > /data/kept/file')
    assert.equal(readFileSync(`${lab('root', 'lab1').stdout.trim()}/data/kept/file`, 'utf8'), 'here\n')
    assert.deepEqual(readdirSync(`${lab('root', 'lab1', '--upper').stdout.trim()}/data`), ['kept'])
  })

  test('is left alone by a second up', () => {
    const pid = pidOf('lab1')
    assert.notEqual(pid, 'none')
    assert.equal(lab('up', '1').code, 0)
    assert.equal(pidOf('lab1'), pid)
  })

  test('that lost its power comes back with its files', () => {
    onHost('mkdir -p /data && echo survives > /data/file')
    lab('ssh', 'lab1', 'kill 1')
    assert.equal(lab('up', '1').code, 0)
    assert.equal(onHost('cat /data/file'), 'survives')
  })

  test('is fresh after a reset, at the same address with the same key', () => {
    onHost('mkdir -p /data /opt/services/x; touch /etc/mine; rm /etc/hostname; docker network create shared_network; docker run -d redis:7-alpine')
    const began = Date.now()
    assert.equal(lab('reset', 'lab1').code, 0)
    assert.ok(Date.now() - began < 30_000, 'a reset takes seconds')
    assert.equal(onHost('ls -d /data /opt/services /etc/mine 2>/dev/null; docker ps -aq; docker network ls -qf name=shared_network; cat /etc/hostname; readlink /bin/sh'), 'lab1\nbusybox')
    assert.notEqual(onHost('docker images -q redis:7-alpine'), '')
  })

  test('that is not up is an error that names those that are', () => {
    const { code, stderr } = lab('ssh', 'lab7', 'true')
    assert.equal(code, 1)
    assert.match(stderr, /no lab host is called lab7; up are: lab1/)
  })
})

test('down leaves nothing behind, of a dead run neither', () => {
  prepare()
  assert.equal(lab('up', '1').code, 0)
  assert.notDeepEqual(traces(), [])
  // What a run that was killed in the middle leaves: a namespace that no state knows, with a process in it.
  execFileSync('ip', ['netns', 'add', `${prefix}-lab9`])
  const orphan = spawn('nsenter', [`--net=/run/netns/${prefix}-lab9`, 'sleep', '600'], { stdio: 'ignore' })
  try {
    assert.equal(lab('down').code, 0)
    assert.deepEqual(traces(), [])
    assert.equal(lab('status').stdout, 'no lab host is up\n')
    assert.deepEqual(existsSync(`${folder}/hosts`), false)
  } finally {
    orphan.kill('SIGKILL')
    tidy()
  }
})
