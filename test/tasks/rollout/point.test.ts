/** `point` of the cut-over, with each sh that a host may have, and a docker that shows the container of Caddy the same files. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { shells } from '../../rig/shells.ts'
import { text } from './program.ts'

const part = text('point')
const folder = mkdtempSync(join(tmpdir(), 'hw-point-'))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'bin'))
writeFileSync(join(folder, 'bin/docker'), `#!/bin/sh\n[ "$1 $2 $3" = 'exec caddy cat' ] || exit 1\n[ -z "$BLIND" ] || { echo old; exit; }\nexec cat "${folder}/$N_TEST/\${4#/seen/}"\n`)
chmodSync(join(folder, 'bin/docker'), 0o755)
let n = 0

const rows: readonly (readonly [what: string, replicas: number, there: readonly string[], names: readonly string[], files: Readonly<Record<string, string>>])[] = [
  ['one replica', 1, ['shop-1'], ['shop-web-3'], { 'shop-1': 'shop-web-3' }],
  ['names are handed out in turn', 3, ['shop-1', 'shop-2', 'shop-3'], ['a', 'b'], { 'shop-1': 'a', 'shop-2': 'b', 'shop-3': 'a' }],
  ['a release with fewer replicas: every file that the site reads is pointed', 1, ['shop-1', 'shop-2', 'shop-3'], ['a', 'b', 'c'], { 'shop-1': 'a', 'shop-2': 'b', 'shop-3': 'c' }],
  ['a release with more: files are made, and nothing else is touched', 2, ['shop-1', 'shopping-1'], ['a'], { 'shop-1': 'a', 'shop-2': 'a', 'shopping-1': 'shop' }],
]
for (const shell of shells) {
  const pointed = (replicas: number, there: readonly string[], names: readonly string[], more: object = {}) => {
    const up = join(folder, String(++n))
    mkdirSync(up)
    for (const name of there) writeFileSync(join(up, name), 'shop')
    const env = { PATH: `${join(folder, 'bin')}:${shell.path}`, LC_ALL: 'C', N: String(replicas), UP: up, UPNAME: 'shop', SEEN: '/seen', CADDY: 'caddy', N_TEST: String(n), ...more }
    const { status, stdout } = spawnSync('/usr/bin/env', ['sh', '-c', `bad() { echo "$*"; }\n${part}\npoint "$@"`, 'sh', ...names], { env, encoding: 'utf8', timeout: 20_000 })
    return { status, stdout, files: Object.fromEntries(readdirSync(up).sort().map((name) => [name, readFileSync(join(up, name), 'utf8')])) }
  }
  for (const [what, replicas, there, names, files] of rows)
    test(`where Caddy sends: ${what} (${shell.name})`, () => assert.deepEqual(pointed(replicas, there, names), { status: 0, stdout: '', files }))
  test(`where Caddy sends: it does not see what was written (${shell.name})`, () => {
    const { status, stdout } = pointed(1, ['shop-1'], ['a'], { BLIND: '1' })
    assert.equal(status, 1)
    assert.match(stdout, /Caddy does not see .*shop-1 as it was written/)
  })
}
