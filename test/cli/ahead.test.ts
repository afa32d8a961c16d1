import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folder, fresh, onHere } from './tiny.ts'

const kept = fileURLToPath(new URL(`../../.hostwright/tiny@${`${folder}/here.yml`.replace(/[^A-Za-z0-9_.+-]/g, '_')}.asked.json`, import.meta.url))
const turns = async (dir: string, ...args: readonly string[]): Promise<number | undefined> => {
  const { code, recap, stderr } = await onHere(dir, '--output', 'json', ...args)
  assert.equal(code, 0, stderr)
  return recap?.hosts['here']?.roundTrips
}

test('the second run asks at once what the first asked bit by bit; the file holds questions, no answers, and is ours alone', { timeout: 120_000 }, async () => {
  assert.ok(kept.includes(basename(folder)))
  const dir = fresh()
  const bits = ['-e', 'extra_names=one,two,three,four']
  assert.equal(await turns(dir, ...bits), 10, 'five batches, each one look and one act')
  assert.equal(await turns(dir, ...bits), 1)
  assert.equal(statSync(kept).mode & 0o777, 0o600)
  const asked: unknown = JSON.parse(readFileSync(kept, 'utf8'))
  assert.ok(typeof asked === 'object' && asked !== null && 'facts' in asked && 'hosts' in asked && Array.isArray(asked.facts))
  assert.ok(asked.facts.some((row) => String(row) === `digest,${dir}/one`))
  assert.doesNotMatch(readFileSync(kept, 'utf8'), /absent|[0-9a-f]{64}|hello/)
  // A wrong guess, and a right one that is out of date.
  assert.equal(await turns(fresh(), ...bits), 11)
  rmSync(`${dir}/two`)
  writeFileSync(`${dir}/three`, 'by hand\n')
  assert.equal(await turns(dir, ...bits, '--check'), 6, 'the last run was somewhere else')
  assert.equal(await turns(dir, ...bits), 5, 'what is changed is seen at once; what comes after is asked again')
  assert.equal(readFileSync(`${dir}/three`, 'utf8'), 'quiet 1\n')
  assert.equal(await turns(dir, ...bits), 1)
})

test('a part of a playbook does not make us forget what the whole of it asks', { timeout: 60_000 }, async () => {
  const dir = fresh()
  await turns(dir)
  const before = readFileSync(kept, 'utf8')
  await turns(dir, '--skip-tags', 'greet', '--allow-empty')
  assert.equal(readFileSync(kept, 'utf8'), before)
})

for (const [what, spoil] of [
  ['is no JSON', () => writeFileSync(kept, '{')],
  ['is another one', () => writeFileSync(kept, '{"version":2,"facts":[["path",5]]}')],
  ['points nowhere', () => writeFileSync(kept, '{"version":1,"facts":[["no-such-kind","x"],["strays","too short"]],"hosts":{"here":[0,1,9]}}')],
  ['is gone', () => rmSync(kept, { force: true })],
] as const)
  test(`the file ${what}: the run is well, and writes a new one`, { timeout: 60_000 }, async () => {
    const dir = fresh()
    await turns(dir)
    spoil()
    assert.ok(Number(await turns(dir)) <= 2)
    assert.ok(existsSync(kept))
    assert.equal(await turns(dir), 1)
  })
