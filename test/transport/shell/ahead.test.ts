import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { group } from '../../../engine/facts/accounts.ts'
import { defineFact, type Fact } from '../../../engine/facts/fact.ts'
import { digest, path, text } from '../../../engine/facts/path.ts'
import type { RemoteProcess } from '../../../engine/transport/connection.ts'
import type { Looked } from '../../../engine/transport/link.ts'
import { sha256 } from '../../../engine/values/content.ts'
import { outcomeOf, runs } from './acts.ts'
import { folder, openLink, shells } from './shells.ts'

const valueOf = (looked: Looked | undefined, fact: Fact<unknown>) => {
  assert.ok(looked?.kind === 'seen', JSON.stringify(looked))
  return looked.values.get(fact.key)
}

/** The greeting and what comes after it may arrive in one piece, or each byte by itself. */
const pieces: Readonly<Record<string, (process: RemoteProcess) => RemoteProcess>> = {
  'as it comes': (process) => process,
  'byte by byte': (process) => ({
    ...process,
    listen: (on) =>
      process.listen({
        stdout: (chunk) => {
          for (const byte of chunk) on.stdout(Buffer.of(byte))
        },
        stderr: (chunk) => {
          for (const byte of chunk) on.stderr(Buffer.of(byte))
        },
      }),
  }),
}

for (const [shellName, shell] of Object.entries(shells))
  for (const [how, onStart] of Object.entries(pieces))
    test(`read while the shell starts (${shellName}, ${how})`, async (t) => {
      const root = join(folder, `ahead ${shellName} ${how}`)
      mkdirSync(root)
      const file = join(root, `it's "a file"`)
      writeFileSync(file, `'; exit 1; $(exit 2) \`exit 3\`\n\\`)
      const plain = [path(file), digest(file), text(file), path(join(root, 'absent'))]
      const asked = [...plain, group('root')]
      for (const facts of [plain, asked]) {
        const link = await openLink(shell, { ahead: facts }, onStart)
        t.after(() => link.close())
        const looked = await link.ahead
        assert.equal(valueOf(looked, digest(file)), sha256(`'; exit 1; $(exit 2) \`exit 3\`\n\\`))
        assert.deepEqual(valueOf(looked, path(join(root, 'absent'))), { kind: 'absent' })
        if (facts === asked) assert.deepEqual(valueOf(looked, group('root')), { kind: 'present', gid: 0, members: [] })
        assert.equal(link.turns, 1)
        // What comes next is where it should be.
        assert.deepEqual(valueOf(await link.look(facts), path(file)), valueOf(looked, path(file)))
        assert.match(await outcomeOf(link, runs(['echo', 'still here'])), /still here/)
        assert.equal(link.turns, 3)
        await link.close()
      }
    })

const odd = (name: string, read: (arg: string) => string) => defineFact<string, string>({ name, blank: '', read, parse: (output) => output.toString() })

test('a guess that ends its shell, complains and leaves its input unread spoils nothing', async (t) => {
  const fact = odd('spoiler', () => 'cat; echo here; echo there >&2; cd /tmp; exit 9')('x')
  const link = await openLink('/bin/dash', { ahead: [fact] })
  t.after(() => link.close())
  assert.equal(valueOf(await link.ahead, fact), 'here\n')
  assert.deepEqual(valueOf(await link.look([path('/')]), path('/')), valueOf(await link.look([path('/')]), path('/')))
})

for (const [shellName, shell] of Object.entries(shells))
  test(`what is asked before the guess is answered waits for it (${shellName})`, async (t) => {
    const slow = odd(`slow ${shellName}`, (arg) => `sleep 0.4; echo ${arg}; echo noise >&2`)
    const link = await openLink(shell, { ahead: [slow('first')] })
    t.after(() => link.close())
    const [second, acted] = await Promise.all([link.look([slow('second')]), link.ahead])
    assert.deepEqual([valueOf(acted, slow('first')), valueOf(second, slow('second'))], ['first\n', 'second\n'])
    const other = await openLink(shell, { ahead: [slow('first'), path('/')] })
    t.after(() => other.close())
    assert.match(await outcomeOf(other, runs(['echo', 'done'])), /done 0: done/)
    assert.equal(valueOf(await other.ahead, slow('first')), 'first\n')
  })

test('a guess that its kind cannot make sh of is not asked', async (t) => {
  const fact = odd('thrower', () => {
    throw new TypeError('another argument than today')
  })('x')
  const link = await openLink('/bin/dash', { ahead: [fact] })
  t.after(() => link.close())
  assert.equal(link.ahead, undefined)
  assert.equal((await link.look([path('/')])).kind, 'seen')
})

test('nothing is guessed: nothing is asked', async (t) => {
  const link = await openLink('/bin/dash')
  t.after(() => link.close())
  assert.deepEqual([link.ahead, link.turns], [undefined, 0])
})
