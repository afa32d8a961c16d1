/** Light hosts: many on one machine, and each has its own /srv and /run. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { behind } from '../../bench/hosts/behind.ts'
import { lightHosts } from '../../bench/hosts/light.ts'
import { everywhere } from '../../bench/hosts/everywhere.ts'
import { startFar } from '../../lab/far.ts'

test('what is done on one is not seen on the other, nor here, and stays until the next login', { timeout: 60_000 }, async (t) => {
  let folder = ''
  {
    await using hosts = await lightHosts(2)
    const [first, second] = hosts.targets
    assert.ok(first && second)
    folder = dirname(first.privateKeyFile)
    await everywhere([first], 'touch /srv/mine /run/mine')
    assert.deepEqual(await everywhere([first, second], 'ls /srv /run'), ['/run:\nmine\n\n/srv:\nmine\n', '/run:\n\n/srv:\n'])
    assert.equal(existsSync('/srv/mine'), false)

    await t.test('reached through a proxy, it is the same host', async () => {
      await using far = await startFar({ address: second.address, port: second.port, rtt: 10 })
      const seen = behind(second, far, folder)
      assert.deepEqual(await everywhere([seen], 'touch /srv/far'), [''])
      assert.equal(far.seen.connections, 1)
    })
  }
  assert.equal(existsSync(folder), false)
})
