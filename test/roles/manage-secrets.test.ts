import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readDotenv } from '../../engine/secrets/dotenv.ts'
import { shells } from '../rig/shells.ts'

// The command on the host, where it fails in the middle: with an `aws` that has one answer, and a `chown` that fails below a/. The rest is in e2e/manage-secrets.
const SCRIPT = 'roles/manage-secrets/manage-secrets.sh'
const PROGRAMS = { aws: `printf 'A=new\\n\\n'`, chown: 'case "$*" in */a/*) exit 1 ;; esac' }

for (const { name, path } of shells)
  test(`manage-secrets on a host: of a service that fails nothing is left, and the next one is done (${name})`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hw-manage-'))
    try {
      for (const [program, script] of Object.entries(PROGRAMS)) writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      writeFileSync(join(folder, 'conf'), `services=${folder}/services\napps=${folder}/services/apps\n`)
      for (const service of ['a', 'b']) {
        mkdirSync(join(folder, 'services', service), { recursive: true })
        writeFileSync(join(folder, 'services', service, '.env'), 'A=old\n', { mode: 0o600 })
      }
      const done = spawnSync('sh', [SCRIPT, '-y', 'batch-download', 'a', 'b'], { encoding: 'utf8', timeout: 30_000, env: { PATH: `${folder}:${path}`, MANAGE_SECRETS_CONF: join(folder, 'conf') } })
      assert.equal(done.status, 2, done.stderr)
      assert.match(done.stderr, /\/services\/a\/\.env\.~\d+~ cannot be written/)
      assert.deepEqual(readdirSync(join(folder, 'services/a')), ['.env'])
      assert.equal(readFileSync(join(folder, 'services/a/.env'), 'utf8'), 'A=old\n')
      assert.equal(readFileSync(join(folder, 'services/b/.env'), 'utf8'), 'A=new\n')
      assert.equal(readdirSync(join(folder, 'services/b')).length, 2, 'the file and its backup')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

/** An `aws` that has nothing stored, and takes all. */
const TAKES = `case "$*" in *get-parameter*) echo ParameterNotFound >&2; exit 1 ;; *) echo "$*" >>"$TOLD"; echo 1 ;; esac`
for (const { name, path } of shells)
  test(`manage-secrets on a host: an empty .env is passed over, and the others are stored (${name})`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hw-manage-'))
    try {
      writeFileSync(join(folder, 'aws'), `#!/bin/sh\n${TAKES}\n`, { mode: 0o755 })
      writeFileSync(join(folder, 'conf'), `services=${folder}/services\napps=${folder}/services/apps\n`)
      for (const [service, text] of [['blank', ' \n'], ['caddy', ''], ['shop', 'A=1\n']] as const) {
        mkdirSync(join(folder, 'services', service), { recursive: true })
        writeFileSync(join(folder, 'services', service, '.env'), text, { mode: 0o600 })
      }
      const call = (...words: string[]) => spawnSync('sh', [SCRIPT, '-y', ...words], { encoding: 'utf8', timeout: 30_000, env: { PATH: `${folder}:${path}`, MANAGE_SECRETS_CONF: join(folder, 'conf'), TOLD: join(folder, 'told') } })
      const at = (service: string) => `${folder}/services/${service}/.env`
      const batch = call('batch-upload')
      assert.deepEqual([batch.status, batch.stderr], [0, ''])
      assert.equal(batch.stdout, `${at('blank')} is empty: nothing to store\n${at('caddy')} is empty: nothing to store\n${at('shop')} -> /shop/.env\n  new      A\nstored /shop/.env, version 1\n`)
      assert.equal(readFileSync(join(folder, 'told'), 'utf8').match(/put-parameter/g)?.length, 1)
      const alone = call('upload', 'caddy')
      assert.deepEqual([alone.status, alone.stdout, alone.stderr], [2, '', `manage-secrets: ${at('caddy')} is empty: nothing to store\n`])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

/** What the controller's own reader refuses, by line; and what it takes. */
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['bare', 'A=1\nBAD LINE\n'],
  ['dollar', 'A=1\nB=a$b\n'],
  ['dollar-quoted', 'A="x\ny$z"\n'],
  ['escape', 'A="a\\q"\n'],
  ['name', 'A=1\n2B=1\n'],
  ['no-name', '\n=1\n'],
  ['nothing-exported', 'export =1\n'],
  ['tab', 'A=a\tb\n'],
  ['twice', 'A=1\n\nA=2\n'],
  ['unclosed', 'A=1\nB="x\nC=2\n'],
  ['unclosed-single', "A=1\nB='x\nC=2\n"],
  ['after-quotes', 'A="1" 2\n'],
  ['nul', 'A=1\nB=\0\n'],
  ['white', 'A=a\u00a0b\n'],
  ['fine', `\ufeff# by hand\n\n export A = 1 # one\nB='a $x\n# no comment\nC=3'\t#\nD="\\"\\$\\\\\nE"\nE=\nF=é=#"'\n`],
]
for (const { name: shell, path } of shells)
  test(`manage-secrets on a host: what the controller could not read is not stored, and keeps no other from being stored (${shell})`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hw-manage-'))
    try {
      writeFileSync(join(folder, 'aws'), `#!/bin/sh\n${TAKES}\n`, { mode: 0o755 })
      writeFileSync(join(folder, 'conf'), `services=${folder}/services\napps=${folder}/services/apps\n`)
      for (const [service, text] of TEXTS) {
        mkdirSync(join(folder, 'services', service), { recursive: true })
        writeFileSync(join(folder, 'services', service, '.env'), text, { mode: 0o600 })
      }
      const call = (...words: string[]) => spawnSync('sh', [SCRIPT, '-y', ...words], { encoding: 'utf8', timeout: 30_000, env: { PATH: `${folder}:${path}`, MANAGE_SECRETS_CONF: join(folder, 'conf'), TOLD: join(folder, 'told') } })
      const at = (service: string) => `${folder}/services/${service}/.env`
      const lines = new Map(TEXTS.map(([service, text]) => [service, linesRefused(text)[0]]))
      assert.deepEqual([...lines].filter(([, line]) => line === undefined), [['fine', undefined]])
      const batch = call('batch-upload')
      assert.deepEqual([batch.status, batch.stdout], [2, `${at('fine')} -> /fine/.env\n  new      A, B, D, E, F\nstored /fine/.env, version 1\n`])
      const refused = [...lines].flatMap(([service, line]) => (line === undefined ? [] : [`manage-secrets: ${at(service)}: line ${line}: `])).sort()
      assert.deepEqual(batch.stderr.trim().split('\n').map((each) => /^.*?: line \d+: (?=.*; nothing was stored$)/.exec(each)?.[0]).sort(), refused)
      assert.equal(readFileSync(join(folder, 'told'), 'utf8').match(/put-parameter/g)?.length, 1)
      const alone = call('upload', 'bare')
      assert.deepEqual([alone.status, alone.stdout, alone.stderr], [2, '', `manage-secrets: ${at('bare')}: line 2: this is not KEY=value, with letters, digits and "_" in KEY; nothing was stored\n`])
      const listed = call('list-local').stdout.split('\n')
      assert.ok(listed.includes(`${at('unclosed')}  not usable: line 2: B: the quotes are not closed`) && listed.includes(`${at('fine')}  5 keys`), listed.join('\n'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

function linesRefused(text: string): number[] {
  const read = readDotenv(text)
  return read.ok ? [] : read.error.map(({ line }) => line)
}

const asRoot = { skip: process.getuid?.() !== 0 && 'to become somebody else needs root' }
for (const shell of [['dash'], ['bash'], ['busybox', 'sh']])
  test(`manage-secrets on a host: who may not look is told so, and what to do (${shell.join(' ')})`, asRoot, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hw-manage-'))
    try {
      const [services, apps] = [join(folder, 'opt/services'), join(folder, 'opt/services/apps')]
      writeFileSync(join(folder, 'conf'), `services=${services}\napps=${apps}\n`)
      writeFileSync(join(folder, 'aws'), '#!/bin/sh\nexit 1\n')
      copyFileSync(SCRIPT, join(folder, 'script'))
      for (const service of ['apps/shop', 'postgres', 'redis', 'caddy']) {
        mkdirSync(join(services, service), { recursive: true })
        writeFileSync(join(services, service, '.env'), 'A=1\n')
      }
      for (const [path, mode] of [[folder, 0o755], [join(folder, 'aws'), 0o755], [join(services, 'redis'), 0o711], [join(services, 'redis/.env'), 0o644], [join(services, 'caddy/.env'), 0o600], [join(services, 'postgres'), 0o700]] as const) chmodSync(path, mode)
      const asNobody = (...words: string[]) => {
        const { status, stdout, stderr } = spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', ...shell, join(folder, 'script'), ...words], { encoding: 'utf8', timeout: 30_000, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, MANAGE_SECRETS_CONF: join(folder, 'conf') } })
        return [status, stdout, stderr.replaceAll('manage-secrets: ', '').replaceAll(services, 'S')]
      }
      const sudo = (path: string, may = 'looked into') => `${path} cannot be ${may}: run this with sudo\n`
      const seen = `${services}/redis/.env  1 key  WARNING: mode 644, should be 600\n`
      const some = sudo('S/caddy/.env', 'read') + sudo('S/postgres')
      chmodSync(join(services, 'apps/shop'), 0o755)
      chmodSync(join(services, 'apps/shop/.env'), 0o600)
      assert.deepEqual(asNobody('list-local'), [2, seen, some + sudo('S/apps/shop/.env', 'read')])
      assert.deepEqual(asNobody('-y', 'upload', 'postgres'), [2, '', sudo('S/postgres')])
      chmodSync(apps, 0o700)
      assert.deepEqual(asNobody('list-local'), [2, seen, sudo('S/apps') + some])
      for (const path of [services, join(folder, 'opt')]) {
        chmodSync(path, 0o700)
        for (const words of [['list-local'], ['-y', 'batch-upload']]) assert.deepEqual(asNobody(...words), [2, '', sudo('S')], words.join(' '))
        chmodSync(path, 0o755)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

const elsewhere: readonly (readonly [store: string, says: RegExp])[] = [
  ['', /the inventory of this host names no store/],
  ["'files'", /kept in the store "files", which is reached from the controller only: npx manage-secrets/],
]
for (const [store, says] of elsewhere)
  test(`manage-secrets on a host whose secrets are not in SSM (store=${store}): it lists, and says why it moves nothing`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hw-manage-'))
    try {
      mkdirSync(join(folder, 'services/a'), { recursive: true })
      writeFileSync(join(folder, 'services/a/.env'), 'A=1\nB=2\n', { mode: 0o600 })
      writeFileSync(join(folder, 'conf'), `store=${store}\nservices=${folder}/services\napps=${folder}/services/apps\n`)
      const call = (...words: string[]) => spawnSync('sh', [SCRIPT, ...words], { encoding: 'utf8', timeout: 30_000, env: { PATH: process.env['PATH'], MANAGE_SECRETS_CONF: join(folder, 'conf') } })
      const listed = call('list-local')
      assert.deepEqual([listed.status, listed.stdout], [0, `${folder}/services/a/.env  2 keys\n`], listed.stderr)
      for (const words of [['-y', 'upload', 'a'], ['-y', 'download', 'a'], ['-y', 'batch-upload'], ['-y', 'batch-download'], ['list-remote']]) {
        const { status, stderr } = call(...words)
        assert.equal(status, 3, words.join(' '))
        assert.match(stderr, says)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
