import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { composeExec } from '../../engine/actions/compose-exec.ts'
import { composeProject } from '../../engine/tasks/compose-project.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { file } from '../../engine/tasks/file.ts'
import { envFile } from '../../engine/values/env-file.ts'
import { Secret } from '../../engine/values/secret.ts'
import { cases } from '../rig/cases.ts'
import { onHost, openLab } from '../rig/lab-host.ts'

// What goes wrong when a project is brought up, on a real engine: told before anything changes where that can be, and told in full where not.
const HOST = 'lab1'
const at = '/opt/services/hw-fault'
const clean = () => onHost(HOST, ['sh', '-c', `docker compose -p hw-fault down -v -t 1 >/dev/null 2>&1; rm -rf ${at} /var/lib/hostwright/compose/hw-fault`])
beforeEach(clean)
after(clean)

const service = (section: string, image = 'hostwright-lab/web:v1') => `name: hw-fault\nservices:\n  web:\n    image: ${image}\n    stop_grace_period: 1s\n${section}`
const HEALTHY = '    healthcheck: { test: ["CMD", "true"], interval: 1s }\n'
const tasks = (text: string, env?: ReturnType<typeof envFile> | string) => [
  directory({ path: at }),
  ...(env === undefined ? [] : [file({ path: `${at}/.env`, content: env, mode: '0600' })]),
  file({ path: `${at}/docker-compose.yml`, content: text }),
  composeProject({ directory: at, wait: '8s' }),
]

/** Brings it up and gives the failure, all of it as text. */
async function failure(text: string, env?: string): Promise<string> {
  const lab = await openLab(HOST)
  try {
    await assert.rejects(async () => void (await lab.host.ensure(...tasks(text, env))))
    return JSON.stringify(lab.events.filter(({ type }) => type === 'failure'))
  } finally {
    await lab.close()
  }
}

async function bringUp(text: string, env?: ReturnType<typeof envFile>): Promise<void> {
  const lab = await openLab(HOST)
  try {
    await lab.host.ensure(...tasks(text, env))
  } finally {
    await lab.close()
  }
}

const containers = () => onHost(HOST, ['sh', '-c', 'docker ps -aq --filter label=com.docker.compose.project=hw-fault']).trim()

const before: [what: string, text: string, env: string | undefined, message: RegExp][] = [
  ['fault 80: a key that Compose does not know', service('    imagee: x\n'), undefined, /imagee/],
  ['a variable without a value', service('    environment: { A: "${NOPE}" }\n'), undefined, /the variable NOPE has no value/],
  ['fault 77: a secret with a $ that is not escaped', service('    env_file: .env\n'), 'PASSWORD=abc$defghij\n', /a value in \.env has a \$ that is not escaped/],
  ['fault 48: a mounted file that is missing', service('    volumes: ["./nope.conf:/etc/nope.conf:ro"]\n'), undefined, /nope\.conf is mounted and does not exist/],
  ['fault 79: an image that is not there', service(HEALTHY, 'hw-none/none:1'), undefined, /hw-none|no such host|dial tcp|lookup/],
]
for (const [what, text, env, message] of before)
  test(`compose: ${what} is told, and what runs goes on`, { timeout: 120_000 }, async () => {
    await bringUp(service(HEALTHY))
    const runs = containers()
    const told = await failure(text, env)
    assert.match(told, message)
    assert.ok(!told.includes('defghij'), 'a part of the secret is shown')
    assert.equal(containers(), runs)
  })

const PORTS = '    ports: ["${AT}", "127.0.0.1:18084:81"]\n'
/** Somebody else who holds a port: how it is started and ended, and what is told of it. */
const holders: [what: string, port: string, start: string, end: string, told: RegExp][] = [
  ['fault 83: a port that another program holds', '127.0.0.1:18083:80', 'setsid busybox nc -l -p 18083 </dev/null >/dev/null 2>&1 & echo $! >/run/hw-fault.pid', 'kill $(cat /run/hw-fault.pid)', /port 127\.0\.0\.1:18083 is taken, by busybox \(process \d+\)/],
  ['fault 83: a port that a container holds', '18083:80', 'docker run -d --name hw-fault-holder -p 127.0.0.1:18083:80 hostwright-lab/web:v1', 'docker rm -f hw-fault-holder', /port 18083 is taken, by the container hw-fault-holder/],
]
for (const [what, port, start, end, told] of holders)
  test(`compose: ${what} is told, and what runs goes on; once it is free, it comes up, and keeps the port when it is made anew`, { timeout: 180_000 }, async () => {
    await bringUp(service(HEALTHY))
    const runs = containers()
    onHost(HOST, ['sh', '-c', start])
    try {
      assert.match(await failure(service(PORTS + HEALTHY), `AT=${port}\n`), told)
      assert.equal(containers(), runs)
    } finally {
      onHost(HOST, ['sh', '-c', end])
    }
    const env = envFile({ AT: port })
    await bringUp(service(PORTS + HEALTHY), env)
    const first = containers()
    assert.match(onHost(HOST, ['docker', 'ps', '--format', '{{.Ports}}', '--filter', 'label=com.docker.compose.project=hw-fault']), /18083->80\/tcp/)
    await bringUp(service(`${PORTS}    labels: { a: b }\n${HEALTHY}`), env)
    assert.notEqual(containers(), first)
  })

const afterwards: [what: string, section: string, message: RegExp[]][] = [
  ['fault 81: a crash loop without a health check', '    restart: always\n    command: ["sh", "-c", "echo boom; exit 3"]\n', [/boom/, /web \(.*\): restarting, exit code 3, started again \d+ times/]],
  ['fault 86: a container that crashes a moment after it came up', '    restart: always\n    command: ["sh", "-c", "sleep 2; echo later; exit 4"]\n', [/it came up, and did not stay up|exit code 4/, /later/]],
  ['a container that ends', '    command: ["sh", "-c", "echo bye; exit 5"]\n', [/bye/, /exited, exit code 5/]],
  ['fault 81: a health check that fails', '    healthcheck: { test: ["CMD-SHELL", "echo sick; exit 1"], interval: 1s, retries: 2 }\n', [/health check ended with 1: sick/, /running, unhealthy/]],
  ['fault 81: a health check that never passes', '    healthcheck: { test: ["CMD-SHELL", "exit 1"], interval: 1s, retries: 100 }\n', [/not healthy after 8s/, /running, starting/]],
  ['fault 86: too little memory', '    mem_limit: 6m\n    command: ["sh", "-c", "sleep 1; exec tail /dev/zero"]\n    healthcheck: { test: ["CMD", "false"], interval: 1s, retries: 50 }\n', [/killed for want of memory|exit code 137/]],
]
for (const [index, [what, section, messages]] of afterwards.entries())
  test(`compose: ${what} fails, with its reason, and again at the next run`, { timeout: 120_000 }, async () => {
    for (let times = index === 0 ? 2 : cases(1, 2); times > 0; times--) {
      const told = await failure(service(section))
      for (const message of messages) assert.match(told, message)
    }
    // Put right, it comes up: nothing of the failure is in the way.
    await bringUp(service(HEALTHY))
  })

// Compose 2.26 on a busy machine: the time is up, and it ends with 0 all the same.
const DOCKER = '/usr/local/bin/docker'
test('compose: fault 81: a Compose that does not tell that the time is up is not believed', { timeout: 120_000 }, async () => {
  onHost(HOST, ['sh', '-c', `printf '%s\\n' '#!/bin/sh' '/usr/bin/docker "$@"' 'came=$?' 'case "$*" in *--wait-timeout*) exit 0 ;; esac; exit "$came"' >${DOCKER}; chmod 755 ${DOCKER}`])
  try {
    assert.match(await failure(service('    healthcheck: { test: ["CMD-SHELL", "exit 1"], interval: 1s, retries: 100 }\n')), /web is not healthy after 8s.*running, starting/)
  } finally {
    onHost(HOST, ['rm', '-f', DOCKER])
  }
  await bringUp(service(HEALTHY))
})

test('fault 77: compose: whatever envFile writes reaches the container as it was', { timeout: 120_000 }, async () => {
  const nasty = ['plain', 'a$b', '${X}', '$$', 'with "quotes"', "it's", ' # no comment ', 'back\\slash\\', '\\n', 'two\nlines\n', '\t', '=x=', '`id`', 'é😀', '-----BEGIN KEY-----\nabc+/=\n-----END KEY-----\n', '']
  const env = envFile(Object.fromEntries(nasty.map((value, index) => [`HW_${index}`, index === 1 ? new Secret(value) : value])))
  const section = `    env_file: .env\n    environment:\n${nasty.map((_, index) => `      IN_${index}: "\${HW_${index}}"\n`).join('')}`
  const lab = await openLab(HOST)
  try {
    await lab.host.ensure(...tasks(service(`${HEALTHY}${section}`), env))
    const ran = await lab.host.run(composeExec({ project: at, service: 'web', argv: ['cat', '/proc/1/environ'], changes: false }))
    assert.ok(ran.ran)
    const seen = new Map(ran.value.stdout.split('\0').map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]))
    for (const [index, value] of nasty.entries()) assert.deepEqual([seen.get(`HW_${index}`), seen.get(`IN_${index}`)], [value, value])
  } finally {
    await lab.close()
  }
})

test('composeExec: stdin, environment, user, directory, and the exit code of the command', { timeout: 120_000 }, async () => {
  await bringUp(service(HEALTHY))
  const lab = await openLab(HOST)
  try {
    const text = 'cat; printf "%s %s %s" "$A" "$(id -u)" "$(pwd)"; exit 7'
    const ran = await lab.host.run(
      composeExec({ project: at, service: 'web', argv: ['sh', '-c', text], stdin: new Secret('fed in\n'), env: { A: "it's $x" }, user: '65534', directory: '/tmp', okCodes: [7] }),
    )
    assert.deepEqual(ran.ran && [ran.value.code, ran.value.stdout], [7, "fed in\nit's $x 65534 /tmp"])
    await assert.rejects(async () => void (await lab.host.run(composeExec({ project: at, service: 'nope', argv: ['true'] }))), /nope/)
  } finally {
    await lab.close()
  }
})
