import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineUser } from '../../engine/cli/links.ts'
import type { Options } from '../../engine/cli/options.ts'
import { NO_VARS } from '../../engine/inventory/extra.ts'
import type { ConnectionSettings } from '../../engine/inventory/types.ts'

const options: Options = { forks: 1, lockWait: 0, tags: { tags: [], skip: [] }, output: 'plain', acceptNew: false, env: { home: '/root', user: 'root' } }

/** Whom a host is worked on as, "" for whoever logs in: plays that agree share a line, for two lines of one user would lock each other out. */
const rows: readonly (readonly [what: string, connection: Partial<ConnectionSettings>, become: boolean | undefined, more: Partial<Options>, user: string])[] = [
  ['nobody says anything', {}, undefined, {}, ''],
  ['the play becomes', { user: 'deploy' }, true, {}, 'root'],
  ['the inventory becomes', { user: 'deploy', become: true }, undefined, {}, 'root'],
  ['the play does not, whatever the inventory says', { user: 'deploy', become: true }, false, {}, ''],
  ['who is root already does not become root', { user: 'root' }, true, {}, ''],
  ['by -u too', {}, true, { user: 'root' }, ''],
  ['by ssh_config, or because we are root here', {}, true, { logins: new Map([['h', 'root']]) }, ''],
  ['somebody else by ssh_config', {}, true, { logins: new Map([['h', 'deploy']]) }, 'root'],
  ['the inventory is stronger than ssh_config', { user: 'deploy' }, true, { logins: new Map([['h', 'root']]) }, 'root'],
  ['the inventory is stronger than -u', { user: 'deploy' }, true, { user: 'root' }, 'root'],
  ['another user', { user: 'deploy', becomeUser: 'app' }, true, {}, 'app'],
  ['--become-user is stronger', { user: 'deploy', becomeUser: 'app' }, true, { becomeUser: 'ci' }, 'ci'],
  ['root becomes another', { user: 'root' }, true, { becomeUser: 'app' }, 'app'],
  ['this machine, as who we are', { kind: 'local' }, true, {}, ''],
  ['this machine, as somebody else', { kind: 'local' }, true, { env: { home: '/home/me', user: 'me' } }, 'root'],
]
for (const [what, connection, become, more, user] of rows)
  test(`line: ${what}`, () => {
    const host = { name: 'h', groups: [], connection: { kind: 'ssh' as const, address: 'h', ...connection }, vars: NO_VARS, extra: NO_VARS }
    assert.equal(lineUser({ ...options, ...more })(host, become), user)
  })
