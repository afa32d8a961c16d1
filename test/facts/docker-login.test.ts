import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { dockerLogin, loginDigest } from '../../engine/facts/docker-login.ts'
import { shells } from '../rig/shells.ts'

const home = mkdtempSync(join(tmpdir(), 'hostwright-login-'))
after(() => rmSync(home, { recursive: true }))
mkdirSync(join(home, '.docker'))
const helpers = join(home, 'bin')
mkdirSync(helpers)
writeFileSync(join(helpers, 'docker-credential-toy'), '#!/bin/sh\n[ "$1" = list ] && echo \'{"registry.example.com":"deploy","https://index.docker.io/v1/":"hub user"}\'\n', { mode: 0o755 })

const auth = Buffer.from('deploy:tr0ub4dor/+=').toString('base64')
const stored = { kind: 'stored', digest: loginDigest('deploy', 'tr0ub4dor/+=') }
const config = (value: unknown) => JSON.stringify(value, null, '\t')

const rows: [what: string, config: string | undefined, registry: string, state: unknown][] = [
  ['no file', undefined, 'registry.example.com', { kind: 'absent' }],
  ['nothing stored', '{}', 'registry.example.com', { kind: 'absent' }],
  ['stored', config({ auths: { 'registry.example.com': { auth } } }), 'registry.example.com', stored],
  ['stored among others', config({ auths: { 'a.example.com': { auth: 'eDp5' }, 'registry.example.com': { auth }, 'z.example.com': { auth: 'eDp5' } }, detachKeys: 'x' }), 'registry.example.com', stored],
  ['on one line, with more of it', JSON.stringify({ auths: { 'registry.example.com:5000': { email: 'a@b', auth } } }), 'registry.example.com:5000', stored],
  ['another port is another registry', config({ auths: { 'registry.example.com:5000': { auth } } }), 'registry.example.com', { kind: 'absent' }],
  ['a dot is a dot', config({ auths: { registryXexampleXcom: { auth } } }), 'registry.example.com', { kind: 'absent' }],
  ['Docker Hub', config({ auths: { 'https://index.docker.io/v1/': { auth } } }), 'docker.io', stored],
  ['a helper for all', config({ auths: { 'registry.example.com': {} }, credsStore: 'toy' }), 'registry.example.com', { kind: 'helper', helper: 'toy', user: 'deploy' }],
  ['a helper that keeps it', config({ credsStore: 'toy' }), 'docker.io', { kind: 'helper', helper: 'toy', user: 'hub user' }],
  ['a helper for one', config({ auths: { 'b.example.com': { auth } }, credHelpers: { 'registry.example.com': 'toy' } }), 'registry.example.com', { kind: 'helper', helper: 'toy', user: 'deploy' }],
  ['a helper for another', config({ auths: { 'registry.example.com': { auth } }, credHelpers: { 'b.example.com': 'toy' } }), 'registry.example.com', stored],
  ['a helper that is missing', config({ credsStore: 'nowhere' }), 'registry.example.com', { kind: 'helper', helper: 'nowhere', user: undefined }],
]

for (const shell of shells)
  for (const [what, text, registry, state] of rows)
    test(`docker login (${shell.name}): ${what}`, () => {
      const at = join(home, '.docker', 'config.json')
      if (text === undefined) rmSync(at, { force: true })
      else writeFileSync(at, text)
      const fact = dockerLogin(registry)
      const script = `hw_mark() { :; }\n${fact.kind.reader([registry])}`
      const { stdout, stderr } = spawnSync('/usr/bin/env', ['-i', `PATH=${helpers}:${shell.path}`, `HOME=${home}`, 'sh', '-c', script])
      assert.equal(stderr.toString(), '')
      assert.ok(!stdout.toString().includes(auth), 'the secret left the host')
      assert.deepEqual(fact.kind.parse([Buffer.alloc(0), stdout], [registry]), [state])
    })
