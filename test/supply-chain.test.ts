/** What is installed: nothing but what the lockfile says, and the list of it that is handed on. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const Lock = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), z.object({ name: z.string().optional(), version: z.string(), integrity: z.string().optional(), resolved: z.string().optional(), hasInstallScript: z.boolean().optional() })),
})
const locked = Object.entries(Lock.parse(JSON.parse(read('package-lock.json'))).packages).flatMap(([path, { name, ...each }]) => (path === '' ? [] : [{ ...each, name: name ?? path.slice(path.lastIndexOf('node_modules/') + 13) }]))

const Sbom = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(z.object({ name: z.string(), version: z.string(), purl: z.string(), hashes: z.array(z.object({ alg: z.string(), content: z.string() })), licenses: z.array(z.unknown()).optional() })),
  dependencies: z.array(z.object({ ref: z.string() })),
})

test('npm run sbom: every package of the lockfile, with its version and digest, and no other', { timeout: 60_000 }, () => {
  const said = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: root, encoding: 'utf8', maxBuffer: 1e8, stdio: ['ignore', 'pipe', 'ignore'] })
  const { components, dependencies } = Sbom.parse(JSON.parse(said))
  const line = (name: string, version: string, sha512: string) => `${name} ${version} ${sha512}`
  const wanted = locked.map(({ name, version, integrity = '' }) => line(name, version, Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')))
  assert.deepEqual(components.map(({ name, version, hashes }) => line(name, version, hashes.find(({ alg }) => alg === 'SHA-512')?.content ?? '')).sort(), wanted.sort())
  assert.ok(components.every(({ purl }) => purl.startsWith('pkg:npm/')))
  // Packages from before 2014 state their licence in a way that npm does not hand on: docs/dependencies.md does.
  assert.deepEqual(components.filter(({ licenses }) => licenses === undefined).map(({ name }) => name), ['buildcheck', 'cpu-features', 'ssh2'])
  assert.equal(dependencies.length, components.length + 1, 'who needs whom, from the program on')
})

test('every package is held to its digest, and comes from a registry', () => {
  assert.ok(locked.length > 50)
  assert.deepEqual(locked.filter(({ integrity, resolved }) => !integrity?.startsWith('sha512-') || (resolved !== undefined && !/^https:\/\/[^/]+\/.*\.tgz$/.test(resolved))).map(({ name }) => name), [])
})

test('packages with scripts that run at their installation are known, and none of them runs', () => {
  assert.deepEqual(locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name), ['cpu-features', 'esbuild', 'ssh2'])
  for (const line of ['ignore-scripts=true', 'save-exact=true', 'allow-git=none', 'allow-remote=none', 'min-release-age=7', 'engine-strict=true']) assert.ok(read('.npmrc').split('\n').includes(line), line)
})
