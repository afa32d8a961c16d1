import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import { started, type Said } from '../rig/watched.ts'
import { folder, put } from './tiny.ts'

// A service that is stored twice, as a whole file and one secret a key: the form that the inventory reads is meant.
const store = join(folder, 'twice')
const WHOLE = '# by hand\nPASSWORD=canary-whole\nUSER=redis\n'

beforeEach(() => {
  rmSync(store, { recursive: true, force: true })
  keep('redis/.env', WHOLE)
  keep('redis/PASSWORD', 'canary-key')
})
function keep(name: string, text: string): void {
  mkdirSync(join(store, name, '..'), { recursive: true, mode: 0o700 })
  writeFileSync(join(store, name), text, { mode: 0o600 })
}
const kept = (name: string) => (existsSync(join(store, name)) ? readFileSync(join(store, name), 'utf8') : '')
/** Which of the two is another now. */
const changed = () => [...(kept('redis/.env') === WHOLE ? [] : ['whole']), ...(kept('redis/PASSWORD') === 'canary-key' ? [] : ['per-key'])]

/** With these variables in the inventory; an editor, where one is opened, changes the password. */
function manage(vars: string, words: readonly string[], change = 's/canary-[a-z]*/canary-other/'): Promise<Said> {
  const inventory = put('twice.yml', `all:\n  vars:\n    secrets: { store: files, directory: "${store}" }\n${vars.replace(/^/gm, '    ')}\n  hosts: { one: { ansible_connection: local } }\n`)
  const editor = put('twice.sh', `sed -i '${change}' "$1"\n`)
  return started([process.execPath, 'engine/cli/manage-secrets/bin.js', '-i', inventory, '-y', ...words], '', 60, { EDITOR: `sh ${editor}`, VISUAL: '' })
}

const ROTATE = ['rotate', 'redis', 'PASSWORD']
const EDIT = ['edit', 'redis']
const KEY = 'redis: { password: !secret redis/PASSWORD }'
const LINE = 'cache: { password: !secret redis/.env#PASSWORD }'
const rows: readonly (readonly [name: string, vars: string, words: readonly string[], code: number, changed: readonly string[], says: RegExp])[] = [
  ['one secret a key is read', KEY, ROTATE, 0, ['per-key'], /^redis\/PASSWORD in [^]*\nused by redis on one\nstored redis\/PASSWORD[^]*download redis --per-key, /],
  ['a line of the file is read', LINE, ROTATE, 0, ['whole'], /^redis\/\.env#PASSWORD in [^]*\nused by cache on one\nstored redis\/\.env[^]*download redis, /],
  ['another line of the file is read, and the key', `${KEY}\ncache: { user: !secret redis/.env#USER }`, ROTATE, 0, ['per-key'], /\nused by redis on one\n/],
  ['all of the file is read', 'cache: { secrets: !secrets redis/.env }', ROTATE, 0, ['whole'], /\nused by cache on one\n/],
  ['all that stands below is read', 'cache: { secrets: !secrets redis/ }', ROTATE, 0, ['per-key'], /\nused by cache on one\n/],
  ['both are read', `${KEY}\n${LINE}`, ROTATE, 2, [], /PASSWORD of redis is stored twice in .*, as redis\/\.env#PASSWORD and as redis\/PASSWORD, and the inventory refers to both; nothing was stored\n {2}--whole takes the first, --per-key the second; do it with each/],
  ['neither is read', '', ROTATE, 2, [], /no variable of these hosts refers to either; nothing was stored\n {2}--whole takes the first, --per-key the second\n/],
  ['both are read, and one is chosen: who reads the other is not told', `${KEY}\n${LINE}`, [...ROTATE, '--per-key'], 0, ['per-key'], /\nused by redis on one\n/],
  ['both are read, and the other is chosen', `${KEY}\n${LINE}`, [...ROTATE, '--whole'], 0, ['whole'], /\nused by cache on one\n/],
  ['both are chosen', KEY, [...ROTATE, '--whole', '--per-key'], 3, [], /--per-key and --whole exclude each other/],
  ['one that is in the file alone', KEY, ['rotate', 'redis', 'USER'], 0, ['whole'], /^redis\/\.env#USER in [^]*\nno variable of these hosts refers to it\n/],
  ['the key is edited', KEY, EDIT, 0, ['per-key'], /\nstored redis\/PASSWORD/],
  ['the file is edited', LINE, EDIT, 0, ['whole'], /\nstored redis\/\.env/],
  ['both are read: neither is edited', `${KEY}\n${LINE}`, EDIT, 2, [], /redis is stored twice in .*, as redis\/\.env and as redis\/…, and the inventory refers to both/],
  ['both are read, and one is edited', `${KEY}\n${LINE}`, [...EDIT, '--whole'], 0, ['whole'], /\nstored redis\/\.env/],
]
for (const [name, vars, words, code, expected, says] of rows)
  test(`a service that is stored twice, ${words[0] ?? ''}: ${name}`, { timeout: 60_000 }, async () => {
    const said = await manage(vars, words)
    assert.deepEqual([said.code, changed()], [code, expected], said.stdout + said.stderr)
    assert.match(code === 0 ? said.stdout : said.stderr, says)
    assert.ok(!/canary/.test(said.stdout + said.stderr))
  })

test('what the file does not have is taken from the keys', { timeout: 60_000 }, async () => {
  keep('redis/TOKEN', 'canary-token')
  const said = await manage(LINE, ['rotate', 'redis', 'TOKEN'])
  assert.deepEqual([said.code, changed(), kept('redis/TOKEN') === 'canary-token'], [0, [], false], said.stdout + said.stderr)
})

test('a stored file that is no .env is refused everywhere but in the editor, which mends it', { timeout: 60_000 }, async () => {
  keep('redis/.env', 'PASSWORD=canary$whole\nUSER=redis\n')
  const wrong = /redis\/\.env in .*: line 1: PASSWORD: "\$" would be expanded/
  const rotated = await manage(LINE, ROTATE)
  assert.deepEqual([rotated.code, rotated.stdout], [2, ''])
  assert.match(rotated.stderr, new RegExp(`${wrong.source}.*\\n {2}edit opens it as it is\\n$`))
  const edited = await manage(LINE, EDIT)
  assert.deepEqual([edited.code, edited.stderr], [2, 'what was written is no .env; nothing was stored\n'])
  keep('redis/.env', 'PASSWORD=canary\nUSER=re\\dis\n')
  const mended = await manage(LINE, EDIT, 's/re.dis/redis/')
  assert.deepEqual([mended.code, kept('redis/.env')], [0, 'PASSWORD=canary\nUSER=redis'], mended.stdout + mended.stderr)
  assert.match(mended.stdout, /^redis\/\.env in .*: line 2: USER: "\\" without quotes[^]*\n {2}new {6}PASSWORD, USER\nstored redis\/\.env/)
  assert.ok(![rotated, edited, mended].some(({ stdout, stderr }) => /canary/.test(stdout + stderr)))
})
