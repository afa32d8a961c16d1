import assert from 'node:assert/strict'
import { lstat, mkdir, readFile, readdir, readlink, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { absent } from '../../engine/tasks/absent.ts'
import { authorizedKeys } from '../../engine/tasks/authorized-keys.ts'
import { link } from '../../engine/tasks/link.ts'
import { user } from '../../engine/tasks/user.ts'
import { aUser } from '../rig/accounts.ts'
import { aDirectory, aFile } from '../../engine/testing/paths.ts'
import { localHost } from '../rig/local.ts'
import { changesOf } from '../rig/rows.ts'
import { perform, shells } from '../rig/shells.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJTbnyTlLBRnzj7jKuE0bMsWbPrWJC5kvEuNnFNrCUzC ann'

for (const shell of shells) {
  test(`faults 35 and 45: the steps of link and absent, with ${shell.name}`, async () => {
    await using local = await localHost()
    const at = (name: string) => `${local.directory}/${name}`
    const parent = aDirectory(local.directory)
    await writeFile(at('a file'), 'x')
    await mkdir(at('way/in the'), { recursive: true })
    assert.deepEqual(perform(changesOf(link({ path: at('new'), target: "it's" }), [parent])[0]?.steps[0], shell), { code: 0, stdout: '', stderr: '' })
    assert.equal(await readlink(at('new')), "it's")
    assert.equal(perform(changesOf(link({ path: at('a file'), target: '-n', force: true }), [parent, ...aFile(at('a file'), 'x')])[0]?.steps[0], shell).code, 0)
    assert.equal(await readlink(at('a file')), '-n')
    // A directory that came after the look is not entered and not replaced.
    const late = perform(changesOf(link({ path: at('way'), target: 'x' }), [parent])[0]?.steps[0], shell)
    assert.equal(late.code, 1)
    assert.match(late.stderr, /way is a directory/)
    assert.deepEqual((await readdir(local.directory)).sort(), ['a file', 'new', 'way'])
    assert.equal(perform(changesOf(absent({ path: at('way') }), [aDirectory(at('way'))])[0]?.steps[0], shell).code, 0)
    assert.deepEqual((await readdir(local.directory)).sort(), ['a file', 'new'])
  })

  test(`the steps of user and authorizedKeys, with ${shell.name}`, async () => {
    await using local = await localHost()
    const home = `${local.directory}/homes/ann`
    // "root" stands for a user that this machine has.
    const creation = changesOf(user({ name: 'root', home, createHome: true }), [aUser('root', { uid: 0, gid: 0, home })])
    assert.deepEqual(creation.map(({ summary }) => summary), [`create ${home}`])
    const made = perform(creation[0]?.steps[0], shell)
    assert.equal(made.code, 0, made.stderr)
    assert.equal((await stat(home)).mode & 0o777, 0o750)
    assert.deepEqual((await readdir(home)).sort(), (await readdir('/etc/skel')).sort())

    const keys = `${home}/.ssh/authorized_keys`
    const [change] = changesOf(authorizedKeys({ user: 'root', home, keys: [KEY] }), [aUser('root', { uid: 0, home })])
    const step = change?.steps[0]
    assert(step?.kind === 'run')
    const cut = perform({ ...step, argv: [...step.argv.slice(0, -1), 'another digest'] }, shell)
    assert.equal(cut.code, 1)
    assert.match(cut.stderr, /not replaced/)
    assert.equal(perform(step, shell).code, 0)
    assert.equal(await readFile(keys, 'utf8'), `${KEY}\n`)
    assert.equal((await lstat(keys)).mode & 0o777, 0o600)
    assert.equal((await stat(`${home}/.ssh`)).mode & 0o777, 0o700)
    assert.deepEqual(await readdir(`${home}/.ssh`), ['authorized_keys'])
  })
}
