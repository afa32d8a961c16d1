import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { dockerNetwork } from '../../engine/tasks/docker-network.ts'
import { onHost, openLab } from '../rig/lab-host.ts'

// A network that cannot be made anew, on a real engine: what was on the old one is on it again.
const HOST = 'lab1'
const sh = (script: string) => onHost(HOST, ['sh', '-c', script])
const clean = () => sh('docker rm -f hw-on >/dev/null 2>&1; docker network rm hw-net hw-other >/dev/null 2>&1; rm -rf /var/lib/hostwright/networks/hw-net*')
before(clean)
after(clean)

const standing = () =>
  sh(`docker network inspect --format '{{.Driver}} {{.Internal}} {{json .IPAM.Config}} {{json .Options}} {{json .Labels}}' hw-net
docker inspect --format '{{json (index .NetworkSettings.Networks "hw-net").Aliases}} {{json (index .NetworkSettings.Networks "hw-net").IPAMConfig}}' hw-on; ls /var/lib/hostwright/networks; true`)

test('dockerNetwork: where the new one overlaps another, the old one is made again, with all that was on it', { timeout: 120_000 }, async () => {
  sh(`docker network create --subnet 172.29.90.0/24 hw-other
docker network create --internal --subnet 172.29.91.0/24 --ip-range 172.29.91.128/25 --gateway 172.29.91.5 --opt com.docker.network.bridge.name=hw-br --label 'a=b c' hw-net
docker run -d --name hw-on --network hw-net --network-alias db --ip 172.29.91.20 hostwright-lab/web:v1`)
  const was = standing()
  for (let run = 0; run < 2; run++) {
    const lab = await openLab(HOST)
    try {
      await assert.rejects(async () => void (await lab.host.ensure(dockerNetwork({ name: 'hw-net', subnet: '172.29.90.0/24', recreate: true }))))
      assert.match(JSON.stringify(lab.events.filter(({ type }) => type === 'failure')), /overlaps[^]*the network hw-net is as it was before, and its containers are on it again/)
    } finally {
      await lab.close()
    }
    assert.equal(standing(), was)
  }
  assert.match(was, /"IPv4Address":"172\.29\.91\.20"/)
  sh('docker network rm hw-other')
  const made = async (wish: Parameters<typeof dockerNetwork>[0]) => {
    const lab = await openLab(HOST)
    try {
      const [result] = await lab.host.ensure(dockerNetwork(wish))
      return result.changed ? 'changed' : 'ok'
    } catch {
      return JSON.stringify(lab.events.filter(({ type }) => type === 'failure'))
    } finally {
      await lab.close()
    }
  }
  // The network that comes has the address: it is kept.
  assert.equal(await made({ name: 'hw-net', subnet: '172.29.91.0/24', recreate: true }), 'changed')
  assert.match(standing(), /bridge false [^]*"db"[^]*"172\.29\.91\.20"/)
  // It has not: the container is on it all the same, and that is told.
  assert.match(await made({ name: 'hw-net', subnet: '172.29.90.0/24', recreate: true }), /on hw-net again, but not at their fixed addresses, which it does not have any more: hw-on/)
  assert.match(standing(), /"172\.29\.90\.0\/24"[^]*"db"/)
  assert.equal(await made({ name: 'hw-net', subnet: '172.29.90.0/24', recreate: true }), 'ok')
})
