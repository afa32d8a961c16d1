import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ShellLink } from '../../../engine/transport/shell/link.ts'
import { connectSsh } from '../../../engine/transport/ssh/connect.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { cases } from '../../rig/cases.ts'
import { startSshd } from '../ssh/sshd-rig.ts'
import { act, groupOf, outcomeOf, runs, steps, writes } from './acts.ts'
import { folder, openLink } from './shells.ts'

const SIZE = 5_000_000
const version = (n: number) => Buffer.alloc(SIZE, `version ${n} `)

/** The process of sshd that a link's shell was started by. */
async function sshdOf(link: ShellLink): Promise<number> {
  const program = "p=$PPID; until case $(cat /proc/$p/comm) in sshd*) true ;; *) false ;; esac; do p=$(cut -d' ' -f4 /proc/$p/stat); done; echo $p"
  const said = await outcomeOf(link, runs(['sh', '-c', program], { timeout: 0 }))
  return Number(said.replace('done 0: ', ''))
}

interface Killing {
  readonly rounds: number
  open(): Promise<ShellLink>
  /** What is killed in a round, as `kill` takes it; asked for before the write. */
  victim(link: ShellLink, round: number): Promise<number>
}

/** A file of 5 MB is written again and again, and each time somebody is killed; whoever reads it meanwhile must see a whole one. */
async function killed(t: TestContext, { rounds, open: opened, victim }: Killing): Promise<void> {
  const directory = mkdtempSync(join(folder, 'atomic-'))
  const target = join(directory, 'file')
  const first = await opened()
  // What a write took that came to its end: every moment of the next ones is hit, and the one after it.
  let began = performance.now()
  assert.equal(await outcomeOf(first, writes(target, version(0))), 'done 0: ')
  let took = performance.now() - began
  await first.close()

  let reading = true
  const seen = { whole: 0, torn: 0 }
  const reader = (async () => {
    while (reading) {
      const file = await open(target)
      const bytes = await file.readFile()
      await file.close()
      const n = Number(/^version (\d+) /.exec(bytes.subarray(0, 20).toString())?.[1])
      if (bytes.equals(version(n))) seen.whole++
      else seen.torn++
    }
  })()

  let interrupted = 0
  try {
    for (let round = 1; round <= rounds; round++) {
      const link = await opened()
      const who = await victim(link, round)
      assert.ok(Number.isInteger(who) && Math.abs(who) > 1, `nobody to kill: ${who}`)
      began = performance.now()
      const kill = setTimeout(() => process.kill(who, 'SIGKILL'), Math.random() * took * 1.3)
      // Packed and as it is, in turn: what is secret is not packed.
      const content = { ...contentOf(version(round)), secret: round % 2 === 0 }
      const acted = await act(link, [steps({ kind: 'write', path: target, content, mode: '0644' })])
      clearTimeout(kill)
      if (acted.kind === 'lost') interrupted++
      else took = performance.now() - began
      await link.close()
    }
  } finally {
    reading = false
    await reader
  }
  t.diagnostic(`${rounds} kills, ${interrupted} of them while it was written; ${seen.whole} whole files read, ${seen.torn} torn`)
  assert.equal(seen.torn, 0)
  assert.ok(seen.whole > rounds * 0.3, `${seen.whole} reads`)
  assert.ok(interrupted > rounds * 0.3, `${interrupted} were interrupted`)

  const last = await opened()
  assert.equal(await outcomeOf(last, writes(target, version(999))), 'done 0: ')
  await last.close()
  assert.deepEqual(readdirSync(directory), ['file'], 'nothing is left lying about')
  assert.ok(readFileSync(target).equals(version(999)))
}

const ROUNDS = cases(40, 500)
const TIME = { timeout: cases(120_000, 1_200_000) }

test(`faults 59 and 61: ${ROUNDS} times killed in the middle of a write of 5 MB: a reader sees the old or the new file, never a part`, TIME, (t) =>
  // Every third time only the shell itself dies, and its children live on.
  killed(t, { rounds: ROUNDS, open: () => openLink('/bin/dash'), victim: async (link, round) => (await groupOf(link)) * (round % 3 === 0 ? 1 : -1) }))

const CUTS = cases(15, 500)
test(`fault 8: ${CUTS} times sshd is killed in the middle of a write of 5 MB: the same`, TIME, async (t) => {
  await using rig = await startSshd()
  const overSsh = async (): Promise<ShellLink> => {
    const connected = await connectSsh(rig.settings())
    assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
    const opened = await ShellLink.open(connected.connection, { lock: { owner: 'test', waitSeconds: 30 } })
    assert.ok(opened.ok, opened.ok ? '' : opened.error.message)
    return opened.link
  }
  await killed(t, { rounds: CUTS, open: overSsh, victim: sshdOf })
})

test('a secret file is never readable for others, and has its owner from the first moment', async (t) => {
  const directory = join(folder, 'sampled')
  mkdirSync(directory)
  const link = await openLink('/bin/dash')
  t.after(() => link.close())
  const owner = process.getuid?.() === 0 ? 12345 : process.getuid?.()
  const wide: string[] = []
  let samples = 0
  let sampling = true
  const sampler = (async () => {
    while (sampling) {
      for (const name of readdirSync(directory)) {
        const found = statSync(join(directory, name), { throwIfNoEntry: false })
        if (found === undefined) continue
        samples++
        if ((found.mode & 0o077) !== 0) wide.push(`${name} ${(found.mode & 0o777).toString(8)}`)
        if (name === 'secret' && found.uid !== owner) wide.push(`${name} of ${found.uid}`)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  for (let round = 0; round < 20; round++) await act(link, [writes(join(directory, 'secret'), version(round).subarray(0, 500_000), { mode: '0600', owner: `${owner ?? 0}` })])
  sampling = false
  await sampler
  assert.deepEqual(wide, [])
  assert.ok(samples > 50, `${samples} samples`)
})
