import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releases, rolloutPhase } from '../../engine/facts/rollout.ts'
import { TaskFailed, type Host } from '../../engine/index.ts'
import { tellHistory } from '../../roles/app/history.ts'
import { rollBack } from '../../roles/app/rollback.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import type { Given } from '../rig/plan.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'

/** What `history-app` tells of these records, oldest first, a line each. */
const told = (...records: readonly string[]) => toldBy((host) => tellHistory(host, 'shop'), records)

async function toldBy(work: (host: Host) => Promise<unknown>, records: readonly string[], ...more: readonly Given[]): Promise<string[]> {
  const text = records.map((record, index) => `release 2026112${index}T080000Z\nby ann@laptop\nseconds 9\n${record}\n`).join('')
  const { host, events } = openMemory(new FakeHost('memory', [[releases('shop'), releases('shop').kind.parse([Buffer.alloc(0), Buffer.from(text)], ['shop'])[0]], ...more]))
  await work(host)
  return events.flatMap((event) => (event.type === 'note' ? [event.text.replaceAll(/ {2,}/g, ' ').trim()] : []))
}

test('history tells which variables changed, with the versions of the secret store, and never a hash', async () => {
  assert.deepEqual(
    await told(
      'version v1\nrevision abc\nstored KEY 3\nstored GONE 1\nenv 0000000000aa KEY\nenv 0000000000bb GONE\nenv 0000000000cc PORT\nenv 0000000000ee SAME',
      'version v2\nstored KEY 4\nstored NEW 1\nstored SAME 9\nenv 0000000000ab KEY\nenv 0000000000bd NEW\nenv 0000000000cd PORT\nenv 0000000000ee SAME',
    ),
    ['runs now 20261121T080000Z v2 ann@laptop in 9 s env: ~KEY(3→4) +NEW(1) ~PORT -GONE(1)', '20261120T080000Z v1 ann@laptop at abc in 9 s'],
  )
})

test('a value that changed though its version did not was changed by other means', async () => {
  assert.match((await told('version v1\nstored KEY 3\nenv 0000000000aa KEY', 'version v1\nstored KEY 3\nenv 0000000000ab KEY\nfrom 20261120T080000Z'))[0] ?? '', /back to 20261120T080000Z env: ~KEY\(3\)$/)
})

test('nothing recorded', async () => {
  assert.deepEqual(await told(), ['no release of shop is recorded here'])
})

test('a rollback tells what it changes in the environment: what was rotated since comes back as it was', async () => {
  const back = (...records: readonly string[]) =>
    toldBy(async (host) => {
      // There is no Docker in memory.
      await assert.rejects(rollBack(host, 'shop'), TaskFailed)
    }, records.map((record) => `${record}\ndirectory /opt/services/apps/shop`))
  const [first] = await back('version v1\nstored KEY 3\nenv 0000000000aa KEY\nenv 0000000000bb OLD', 'version v2\nstored KEY 4\nenv 0000000000ab KEY\nenv 0000000000cc NEW')
  assert.match(first ?? '', /Its environment is taken back, too: ~KEY\(4→3\) \+OLD -NEW; a password that was changed since does not hold any more$/)
  assert.doesNotMatch((await back('version v1\nenv 0000000000aa KEY\nenv 0000000000dd APP_VERSION', 'version v2\nenv 0000000000aa KEY\nenv 0000000000ee APP_VERSION')).join(), /environment/)
})

test('a rollback to what was deployed last brings nothing else back, though an earlier release is of the same version, with the passwords of then', async () => {
  const same = ['version v2\ndirectory /opt/services/apps/shop', 'version v2\ndirectory /opt/services/apps/shop']
  // Whether it runs is seen by rollout. There is no Docker in memory.
  const noted = async (to?: string) => (await toldBy((host) => assert.rejects(rollBack(host, 'shop', to), /Docker/), same)).join()
  for (const to of ['v2', '20261121T080000Z']) assert.match(await noted(to), /^shop was deployed last as v2 of 20261121T080000Z: it stays, or is brought back/)
  assert.match(await noted('20261120T080000Z'), /^shop: back from v2 to v2 of 20261120T080000Z/)
})

test('after a rollout that was cut off what was deployed last is brought back, not what was before it', async () => {
  const cut: Given = [rolloutPhase('shop'), 'stopped']
  const two = ['version v1\ndirectory /opt/services/apps/shop', 'version v2\ndirectory /opt/services/apps/shop\nfrom 20261119T080000Z']
  assert.match((await toldBy((host) => assert.rejects(rollBack(host, 'shop'), /Docker/), two, cut)).join(), /^shop was deployed last as v2 of 20261121T080000Z: a rollout after it was cut off, and it is brought back/)
  assert.match((await toldBy(async (host) => assert.equal(await rollBack(host, 'shop'), false), two)).join(), /brought back already/)
})

test('what was not deployed by the role app is brought back by whoever deploys it', async () => {
  await toldBy((host) => assert.rejects(rollBack(host, 'shop'), /was not deployed by the role app: where it stands is not recorded with 20261120T080000Z/), ['version v1', 'version v2'])
})
