/** What a login brings with it, and what a host may lack: none of it changes what our programs do. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { path } from '../../../engine/facts/path.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { needs } from '../../rig/needs.ts'
import { wordsOf } from '../../rig/trace.ts'
import { until } from '../../rig/until.ts'
import { ShellLink } from '../../../engine/transport/shell/link.ts'
import { act, outcomeOf, runs, writes } from './acts.ts'
import { connectTo, folder, openLink, shells } from './shells.ts'

const asRoot = { skip: process.getuid?.() !== 0 && 'mounting needs root' }

for (const [shellName, shell] of Object.entries(shells).filter(([name]) => name !== 'busybox alone')) {
  test(`fault 28: a sudo that leaves another PATH and no environment (${shellName})`, async (t) => {
    const link = await openLink(`env -i PATH=/nowhere ${shell}`)
    t.after(() => link.close())
    // In /usr/sbin.
    assert.match(await outcomeOf(link, runs(['sh', '-c', 'command -v chroot && echo "$HOME"'])), /^done 0: \/usr\/sbin\/chroot\n/)
  })

  test(`fault 32: messages and the order of letters are those of C, whatever the login says (${shellName})`, async (t) => {
    const link = await openLink(`env LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 LANGUAGE=de ${shell}`)
    t.after(() => link.close())
    assert.match(await outcomeOf(link, runs(['sh', '-c', 'printf "b\\nB\\na\\n" | sort | tr -d "\\n"; echo " $LC_ALL"; ls /no-such-file'])), /^failed \d+: .*No such file or directory/s)
    assert.equal(await outcomeOf(link, runs(['sh', '-c', 'printf "b\\nB\\na\\n" | sort | tr -d "\\n"; echo " $LC_ALL"'])), 'done 0: Bab C\n')
  })

  for (const umask of ['000', '077'])
    test(`fault 33: umask ${umask} of the login (${shellName})`, async (t) => {
      const link = await openLink(`umask ${umask}; exec ${shell}`)
      t.after(() => link.close())
      const at = join(folder, `umask ${umask} ${shellName}`)
      assert.equal(await outcomeOf(link, runs(['mkdir', at])), 'done 0: ')
      assert.equal(await outcomeOf(link, writes(`${at}/file`, 'x', { mode: '0640' })), 'done 0: ')
      assert.equal(await outcomeOf(link, runs(['touch', `${at}/touched`])), 'done 0: ')
      assert.deepEqual([at, `${at}/file`, `${at}/touched`].map((each) => (statSync(each).mode & 0o7777).toString(8)), ['755', '640', '644'])
    })
}

// busybox has a timeout of its own, which ends the command alone: docs/fault-model.md.
for (const [shellName, shell] of Object.entries(shells).filter(([name]) => name !== 'busybox alone'))
  test(`fault 57: with a command that takes too long ends what it has started (${shellName})`, async (t) => {
    const link = await openLink(shell)
    t.after(() => link.close())
    const word = `29.${process.pid}${shellName.length}`
    assert.match(await outcomeOf(link, runs(['sh', '-c', `sleep ${word} & sleep ${word}`], { timeout: 1 })), /^failed \d+ in time/)
    const left = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && wordsOf(Number(name)).includes(`sleep\0${word}\0`))
    // What was killed is gone when its turn comes, on a busy machine some moments later.
    await until(() => left().length === 0, 10_000)
    assert.deepEqual(left(), [])
  })

for (const shell of ['/bin/dash', '/bin/bash', '/bin/busybox sh'])
  test(`faults 37 and 38: a /tmp that is full, read-only and noexec is not needed (${shell})`, asRoot, async (t) => {
    // Not in /tmp, which is hidden.
    const at = mkdtempSync('/var/lib/hw-no-tmp-')
    t.after(() => rmSync(at, { recursive: true }))
    const hidden = `for d in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o ro,noexec,size=4k,nr_inodes=1 none $d; done`
    const link = await openLink(`unshare --mount sh -c '${hidden}; exec ${shell}'`)
    t.after(() => link.close())
    assert.match(await outcomeOf(link, runs(['touch', '/tmp/x'])), /Read-only file system/)
    const large = contentOf(Buffer.alloc(300_000, 0xff))
    const acted = await act(link, [writes(`${at}/small`, 'text'), { ...writes(`${at}/large`, ''), steps: [{ kind: 'write', path: `${at}/large`, content: large, mode: '0644' }] }, runs(['wc', '-c'], { stdin: large })], [], [path(`${at}/large`)])
    assert.equal(acted.kind, 'done')
    assert.deepEqual(readdirSync(at).sort(), ['large', 'small'])
  })

/** A host that has a busybox with these applets, and nothing else. */
function bare(...applets: readonly string[]): string {
  const root = join(folder, `bare ${applets.length}`)
  for (const name of ['bin', 'dev', 'etc']) mkdirSync(join(root, name), { recursive: true })
  const libraries = execFileSync('ldd', ['/bin/busybox'], { encoding: 'utf8' }).match(/\/\S+/g) ?? []
  for (const name of ['/bin/busybox', ...libraries]) cpSync(name, root + name, { recursive: true, dereference: true })
  for (const name of ['sh', ...applets]) symlinkSync('busybox', join(root, 'bin', name))
  execFileSync('mknod', [join(root, 'dev/null'), 'c', '1', '3'])
  return `/usr/sbin/chroot '${root}' /bin/sh`
}

test('fault 36: what a host lacks is told when its shell opens, all of it', asRoot, async (t) => {
  const opened = await ShellLink.open(connectTo(bare('dd', 'cat', 'rm', 'mv')))
  assert.ok(!opened.ok)
  assert.match(opened.error.message, /: the host has no chmod, chown, sha256sum, stat, sync, timeout$/)
  const link = await openLink(bare('dd', 'cat', 'rm', 'mv', 'chmod', 'chown', 'sha256sum', 'stat', 'sync', 'timeout'))
  t.after(() => link.close())
  assert.equal(await outcomeOf(link, writes('/etc/motd', 'hello')), 'done 0: ')
  // Without gzip everything is sent as it is, also what would shrink.
  const bytes = Buffer.alloc(200_000, 'shrinks\0')
  const before = link.bytesSent
  assert.equal(await outcomeOf(link, writes('/etc/bytes', bytes)), 'done 0: ')
  assert.ok(link.bytesSent - before > bytes.length)
  assert.ok(readFileSync(join(folder, 'bare 10/etc/bytes')).equals(bytes))
})

test('fault 29: who is not root leaves nothing for others to read on the way', asRoot, async (t) => {
  const at = join(folder, 'unprivileged')
  mkdirSync(at, { mode: 0o777 })
  const link = await openLink(`chmod 755 '${folder}'; chown 65534 '${at}'; exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/ /bin/dash`)
  t.after(() => link.close())
  const wide: string[] = []
  let samples = 0
  let sampling = true
  const sampler = (async () => {
    for (; sampling; await new Promise((resolve) => setImmediate(resolve)))
      for (const name of readdirSync(at)) {
        const found = statSync(join(at, name), { throwIfNoEntry: false })
        if (found) samples++
        if (found && ((found.mode & 0o077) !== 0 || found.uid !== 65534)) wide.push(`${name} ${found.mode.toString(8)} ${found.uid}`)
      }
  })()
  for (let round = 0; round < 20; round++) assert.equal((await act(link, [writes(join(at, 'secret'), Buffer.alloc(400_000, round), { mode: '0600' })])).kind, 'done')
  sampling = false
  await sampler
  assert.deepEqual([wide, readdirSync(at)], [[], ['secret']])
  assert.ok(samples > 20, `${samples} samples`)
})

/** A shell on whose host somebody learns the random word of a frame, and plants links where its temporary files will be. */
const spied = (shell: string, at: string, target: string, planted: () => void) =>
  openLink(shell, {}, (process) => ({
    ...process,
    write: (bytes) => {
      // The header of a frame: nonce, how, two sizes, and that word.
      const id = /^[0-9a-f]{32} \w+ \d+ \d+ (\S+)\n/.exec(Buffer.from(bytes).toString('latin1'))?.[1]
      if (id !== undefined) for (const n of [1, 2]) symlinkSync(target, join(at, `.hostwright.${id}.${n}`)), planted()
      return process.write(bytes)
    },
  }))

for (const [shellName, shell] of Object.entries(shells))
  test(`fault 50: a link planted where the temporary file will be: what it leads to is not touched, and not made (${shellName})`, async (t) => {
    for (const target of ['victim', 'trap']) {
      const at = join(folder, `planted ${target} ${shellName}`)
      mkdirSync(at)
      writeFileSync(join(at, 'victim'), 'of somebody else')
      writeFileSync(join(at, 'file'), 'old')
      let planted = 0
      const link = await spied(shell, at, target, () => planted++)
      t.after(() => link.close())
      for (const bytes of ['small', Buffer.alloc(200_000, 1)]) assert.match(await outcomeOf(link, writes(join(at, 'file'), bytes)), /^failed \d+: /)
      assert.ok(planted >= 4, `${planted} were planted`)
      // Whether it leads to something or to nothing: nothing is written or made through it, and the old file stays.
      assert.deepEqual(readdirSync(at).filter((name) => !name.startsWith('.')).sort(), ['file', 'victim'])
      assert.deepEqual([readFileSync(join(at, 'victim'), 'utf8'), readFileSync(join(at, 'file'), 'utf8')], ['of somebody else', 'old'])
    }
  })

/** Each as sshd starts it: with the command as its one argument. */
for (const [program, debianPackage] of [['fish', 'fish'], ['tcsh', 'tcsh'], ['zsh', 'zsh'], ['bash', 'bash'], ['dash', 'dash'], ['mksh', 'mksh']] as const)
  test(`fault 30: a login shell that is ${program}`, { timeout: 300_000 }, async (t) => {
    const at = join(folder, `login ${program}`)
    mkdirSync(at)
    const link = await openLink(`exec env HOME='${at}' ${needs(program, debianPackage)} -c 'exec /bin/sh'`)
    t.after(() => link.close())
    assert.equal(await outcomeOf(link, writes(`${at}/it's`, `$HOME '"\n`)), 'done 0: ')
    assert.equal(readFileSync(`${at}/it's`, 'utf8'), `$HOME '"\n`)
    assert.equal(await outcomeOf(link, runs(['printf', '%s', `a'b"c\\d !1 $e`])), `done 0: a'b"c\\d !1 $e`)
  })
