/** The real sudo of this machine, with users, passwords and rules of its own in a mount namespace: nothing of this machine is changed. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Connection } from '../../../engine/transport/connection.ts'
import { connectLocal } from '../../../engine/transport/local/connect.ts'
import { ShellLink } from '../../../engine/transport/shell/link.ts'
import { quote } from '../../../engine/values/quote.ts'
import { Secret } from '../../../engine/values/secret.ts'
import { needs } from '../../rig/needs.ts'
import { outcomeOf, runs } from './acts.ts'
import { folder } from './shells.ts'

const asRoot = { skip: process.getuid?.() !== 0 && 'a mount namespace needs root' }
const PASSWORD = 'open-sesame'
const ID = 64_999

/** Somebody who logs in, where sudo knows these rules. */
function loginWith(rules: string): Connection {
  needs('sudo', 'sudo')
  const at = (name: string) => join(folder, `${name}-${rules.length}`)
  const hash = execFileSync('openssl', ['passwd', '-6', PASSWORD], { encoding: 'utf8' }).trim()
  const files: readonly (readonly [name: string, mode: number, text: string])[] = [
    ['passwd', 0o644, `${readFileSync('/etc/passwd', 'utf8')}hw-ann:x:${ID}:${ID}::/:/bin/sh\n`],
    ['shadow', 0o600, `root:*:19000:0:99999:7:::\nhw-ann:${hash}:19000:0:99999:7:::\n`],
    ['sudoers', 0o440, `root ALL=(ALL:ALL) ALL\n${rules}\n`],
  ]
  for (const [name, mode, text] of files) writeFileSync(at(name), text, { mode })
  const binds = files.map(([name]) => `mount --bind ${quote(at(name))} /etc/${name} && `).join('')
  const local = connectLocal()
  return { ...local, start: (command) => local.start(`exec unshare --mount sh -c ${quote(`${binds} exec setpriv --reuid ${ID} --regid ${ID} --clear-groups env HOME=/ USER=hw-ann sh -c ${quote(command)}`)}`) }
}

async function becomes(rules: string, password?: string): Promise<string> {
  const opened = await ShellLink.open(loginWith(rules), { become: { user: 'root', ...(password !== undefined && { password: new Secret(password) }) } })
  if (!opened.ok) return `${opened.error.reason}: ${opened.error.message}`
  try {
    return await outcomeOf(opened.link, runs(['sh', '-c', 'id -un; command -v chroot; echo "$SUDO_USER"']))
  } finally {
    await opened.link.close()
  }
}

const IN = 'done 0: root\n/usr/sbin/chroot\nhw-ann\n'
const rows: readonly (readonly [what: string, rules: string, password: string | undefined, outcome: RegExp])[] = [
  ['without a password', 'hw-ann ALL=(ALL) NOPASSWD: ALL', undefined, new RegExp(`^${IN}$`)],
  ['with one, after a lecture', 'Defaults lecture=always\nhw-ann ALL=(ALL) ALL', PASSWORD, new RegExp(`^${IN}$`)],
  ['a password that nobody asks for', 'Defaults passwd_tries=3\nhw-ann ALL=(ALL) NOPASSWD: ALL', PASSWORD, new RegExp(`^${IN}$`)],
  ['a wrong password, tried once', 'Defaults passwd_tries=3, badpass_message="no no no"\nhw-ann ALL=(ALL) ALL', 'guessed', /^become: .*sudo does not take the password for becoming root$/],
  ['no password where one is needed', 'Defaults insults\nhw-ann ALL=(ALL) ALL', undefined, /^become: .*cannot become root with sudo; it said: .*password is required/],
  ['who is not in sudoers', '# nobody', PASSWORD, /^become: .*cannot become root with sudo.*hw-ann is not in the sudoers file/],
  ['not for root', 'hw-ann ALL=(www-data) NOPASSWD: ALL', undefined, /^become: .*cannot become root with sudo/],
  ['where sudo wants a terminal', 'Defaults requiretty\nhw-ann ALL=(ALL) NOPASSWD: ALL', undefined, /^become: .*cannot become root with sudo.*you must have a tty/],
]
for (const [what, rules, password, outcome] of rows) test(`fault 27: sudo: ${what}`, asRoot, async () => assert.match(await becomes(rules, password), outcome))

test('fault 28: sudo with a secure_path of its own, that keeps nothing of the environment', asRoot, async () => {
  assert.match(await becomes('Defaults env_reset, secure_path=/nowhere\nhw-ann ALL=(ALL) NOPASSWD: ALL'), new RegExp(`^${IN}$`))
})
