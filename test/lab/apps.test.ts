import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { apps } from '../../lab/apps/apps.ts'
import { Load } from '../../lab/load.ts'
import { lab, prepare, subnet, tidy } from './rig.ts'

/** Runs a script on lab1 and returns what it prints, line by line. */
function onHost(script: string): string[] {
  const said = lab('ssh', 'lab1', `set -eu\n${helpers}\n${script}`)
  assert.equal(said.code, 0, said.stdout + said.stderr)
  return said.stdout.trim().split('\n')
}

/** `start APP VERSION`; `status PATH`, 000 while the port is shut; `answers` waits, at most 10 s; `under_way` has a request of 2 s under way and prints how it ends. */
const helpers = `
start() { docker rm -f app >/dev/null 2>&1 || true; docker run -d --name app -p 3000:3000 hostwright-lab/$1:$2 >/dev/null; }
status() { curl -s -o /dev/null -m 10 -w '%{http_code}' http://127.0.0.1:3000$1 || true; }
answers() { i=0; until [ "$(status /health)" = 200 ]; do i=$((i + 1)); [ $i -lt 100 ]; sleep 0.1; done; }
under_way() { curl -s -m 10 "http://127.0.0.1:3000/slow?ms=2000" >/tmp/slow || echo "cut off" >/tmp/slow; }
stop_and_tell() { under_way & sleep 0.5; begin=$(date +%s%3N); docker stop -t "$1" app >/dev/null; end=$(date +%s%3N); wait; cat /tmp/slow; docker inspect -f '{{.State.ExitCode}}' app; echo $((end - begin)); }`

describe('the apps of the lab behave as they say', () => {
  before(() => {
    prepare()
    const { code, stdout, stderr } = lab('up', '1')
    assert.equal(code, 0, stdout + stderr)
  })
  after(tidy)

  test('every version is there, and says which it is', () => {
    const tags = Object.entries(apps).flatMap(([name, { versions }]) => versions.map((version) => `hostwright-lab/${name}:${version} ${version}`))
    const found = onHost(`docker image ls --format '{{.Repository}}:{{.Tag}}' 'hostwright-lab/*' | while read -r tag; do echo "$tag $(docker image inspect -f '{{index .Config.Labels "org.opencontainers.image.version"}}' "$tag")"; done`)
    assert.deepEqual(found.toSorted(), tags.toSorted())
  })

  for (const name of Object.keys(apps).filter((each) => each !== 'sick'))
    test(`${name}: page, header, and the body of a POST`, () => {
      const [page, header, body, slow, missing] = onHost(`
        start ${name} v2; answers
        curl -s http://127.0.0.1:3000/ | grep -o '<h1>.*</h1>'
        curl -sI http://127.0.0.1:3000/ | tr -d '\\r' | sed -n 's/^X-App-Version: //p'
        head -c 100000 /dev/urandom >/tmp/sent; curl -s --data-binary @/tmp/sent http://127.0.0.1:3000/x | cmp /tmp/sent - && echo same
        curl -s -d there 'http://127.0.0.1:3000/slow?ms=300' -w ' %{time_total}' | grep -Ec '^there [0-3]\.[3-9]|^there [1-6]'
        status /nothing`)
      assert.deepEqual([page, header, body, slow, missing], [`<h1>${name} v2</h1>`, 'v2', 'same', '1', '404'])
    })

  test('good opens its port when it is ready, early before', () => {
    const early = 'until s=$(status /health); [ $s != 000 ]; do sleep 0.05; done; echo $s; status /; echo; answers; status /; echo'
    assert.deepEqual(onHost(`start good v1; sleep 0.5; status /health; echo; answers; status /; echo; start early v1; ${early}`), ['000', '200', '503', '503', '200'])
  })

  test('good ends what is under way, hasty cuts it off, deaf has to be killed', () => {
    const [answer, code, ms] = onHost('start good v1; answers; stop_and_tell 10')
    assert.deepEqual([answer, code], ['slept 2000 ms', '0'])
    assert.ok(Number(ms) < 5000, ms)
    assert.deepEqual(onHost('start hasty v1; answers; stop_and_tell 10').slice(0, 2), ['cut off', '0'])
    const deaf = onHost('start deaf v1; answers; stop_and_tell 3')
    assert.deepEqual(deaf.slice(0, 2), ['slept 2000 ms', '137'])
    assert.ok(Number(deaf[2]) >= 3000, deaf[2])
  })

  test('slow takes its time', () => {
    const times = onHost("start slow v1; answers; for n in 1 2 3; do curl -s -o /dev/null -w '%{time_total}\\n' http://127.0.0.1:3000/ & done; wait").map(Number)
    assert.ok(times.length === 3 && times.every((seconds) => seconds >= 0.5 && seconds < 4), times.join())
  })

  test('sick: v1 is well, v2 never ready, v3 gone at once, v4 after a second, v5 when it was well for a while', () => {
    const state = "docker inspect -f '{{.State.Running}} {{.State.ExitCode}}' app"
    const said = onHost(`
      start sick v1; answers; status /; echo
      start sick v2; sleep 1; status /health; status /; echo; ${state}
      start sick v3; sleep 1; ${state}; docker logs app
      start sick v4; sleep 3; ${state}
      start sick v5; answers; ${state}; sleep 11; ${state}; docker rm -f app >/dev/null`)
    assert.deepEqual(said, ['200', '503503', 'true 0', 'false 1', 'sick v3: fatal: DATABASE_URL is not set', 'false 1', 'true 0', 'false 1'])
  })

  test('sockets echoes messages, and says goodbye to all when it goes', async () => {
    onHost('start sockets v1; answers')
    const load = new Load({ address: `${subnet}.11`, host: 'sockets.lab', port: 3000 }, 20, { slow: false, sockets: 3 })
    await load.started
    await sleep(1800)
    onHost('docker stop -t 10 app; docker rm app')
    const { sockets, versions } = await load.stop()
    assert.ok(sockets.opened === 3 && sockets.goodbyes === 3 && sockets.cuts === 0 && sockets.echoes >= 6, JSON.stringify(sockets))
    assert.ok((versions['v1'] ?? 0) > 20)
  })
})
