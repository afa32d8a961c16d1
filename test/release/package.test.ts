/** The package that is installed elsewhere: what is in it, and that a repository of one's own works with it, as the documentation tells it. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { checkout } from '../../lab/paths.ts'
import { makePackage } from '../../release/package.ts'
import { ownRepository, shownFiles } from './own-repository.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-package-'))
const own = join(folder, 'servers')
let tarball = ''
before(async () => {
  tarball = await makePackage(folder)
  ownRepository(own, tarball)
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** A command of the package, started there with this Node. */
function command(bin: string, ...words: string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(own, 'node_modules/hostwright/engine/cli', bin), ...words], { cwd: own, encoding: 'utf8', timeout: 120_000 })
  return { code: status, said: stdout + stderr }
}
const compiled = () => spawnSync(join(checkout, 'node_modules/.bin/tsc'), ['--noEmit', '-p', own], { cwd: own, encoding: 'utf8' })

test('it holds what was compiled, and what lies beside it; nothing of tests, lab or benches', () => {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n').map((name) => name.replace(/^package\//, ''))
  const here = ['engine', 'roles'].flatMap((top) => readdirSync(join(checkout, top), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(checkout.length + 1)))
  assert.ok(here.length > 250, `${here.length} files`)
  const wanted = here.flatMap((name) => (name.endsWith('.d.ts') ? [] : name.endsWith('.ts') ? [name.replace(/\.ts$/, '.js'), name.replace(/\.ts$/, '.d.ts')] : [name]))
  assert.deepEqual(wanted.filter((name) => !files.includes(name)), [])
  assert.deepEqual([...new Set(files.map((name) => name.replace(/\/.*/, '/')))].sort(), ['CHANGELOG.md', 'README.md', 'SECURITY.md', 'docs/', 'engine/', 'inventory/', 'package.json', 'playbooks/', 'roles/', 'tsconfig.json'])
  assert.deepEqual(['docs/tasks/file.md', 'docs/own-repository.md', 'inventory/vars.schema.json', 'inventory/production/hosts.yml'].filter((name) => !files.includes(name)), [])
  assert.deepEqual(files.filter((name) => /(?<!\.d)\.ts$|\.env$|\.log$|^inventory\/lab/.test(name)), [])
})

test('nothing runs when it is installed', () => {
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(own, 'node_modules/hostwright/package.json'), 'utf8'))
  assert.deepEqual([manifest['scripts'], manifest['devDependencies'], manifest['name']], [undefined, undefined, 'hostwright'])
})

test('the same sources make the same bytes', async () => {
  const again = join(folder, 'again')
  mkdirSync(again)
  assert.ok(readFileSync(await makePackage(again)).equals(readFileSync(tarball)))
})

test('the repository of the documentation compiles, and a misspelt param in it does not', () => {
  assert.deepEqual([...shownFiles().keys()].sort(), ['inventory/production/hosts.yml', 'package.json', 'playbooks/greet.ts', 'playbooks/infra.ts', 'roles/motd/role.ts', 'test/motd.test.ts', 'tsconfig.json'])
  const well = compiled()
  assert.equal(well.status, 0, well.stdout)
  const role = join(own, 'roles/motd/role.ts')
  const text = readFileSync(role, 'utf8')
  writeFileSync(role, text.replace('path: p.path', 'paht: p.path'))
  const wrong = compiled()
  writeFileSync(role, text)
  assert.match(wrong.stdout, /roles\/motd\/role\.ts.*paht/)
})

test('its versions are those that are used here', () => {
  const { dependencies, devDependencies }: { dependencies: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(shownFiles().get('package.json') ?? '')
  const ours: { version: string; dependencies: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
  const versions = { ...ours.dependencies, ...ours.devDependencies, hostwright: `file:hostwright-${ours.version}.tgz` }
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) assert.equal(version, Object.entries(versions).find(([each]) => each === name)?.[1], name)
})

test('commands find its playbooks and ours, and a playbook of its own takes the place of ours', () => {
  const { said } = command('bin.js', '--help')
  assert.match(said, /^Playbooks here: greet, infra$/m)
  assert.match(said, /^Of hostwright: deploy-app, .*rollback-app/m)
  assert.doesNotMatch(said, /Of hostwright:.*(?:infra|hello|index)/)
  assert.match(command('bin.js', 'gret').said, /there is no playbook "gret"\n.*greet/)
  assert.match(command('bin.js', 'deploy-app', '--help').said, /--app-version/)
  assert.match(command('manage-secrets/bin.js', '--help').said, /upload/)
})

test('its test of a role does what the page says', () => {
  const env = { ...process.env }
  for (const name of ['NODE_TEST_CONTEXT', 'NODE_OPTIONS']) delete env[name]
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-reporter=tap', 'test/motd.test.ts'], { cwd: own, encoding: 'utf8', timeout: 120_000, env })
  assert.equal(status, 0, stdout)
  assert.match(stdout, /^# pass 1$/m)
})

test('its playbook does its work, and what is wrong in it is told at its own line', () => {
  const target = join(folder, 'motd')
  mkdirSync(join(own, 'inventory/here'), { recursive: true })
  writeFileSync(join(own, 'inventory/here/hosts.yml'), `all: { hosts: { here: { ansible_connection: local } }, vars: { motd: { text: hello, path: ${target} } } }\n`)
  const foretold = command('bin.js', 'greet', '-i', 'here', '--check')
  assert.deepEqual([foretold.code, /would create .*\/motd/.test(foretold.said)], [0, true], foretold.said)
  assert.equal(command('bin.js', 'greet', '-i', 'here').code, 0)
  assert.equal(readFileSync(target, 'utf8'), 'hello\n')
  assert.match(command('bin.js', 'greet', '-i', 'here').said, /Nothing to change/)
  writeFileSync(join(own, 'inventory/here/hosts.yml'), `all: { hosts: { here: { ansible_connection: local } }, vars: { motd: { path: ${folder}/none/motd } } }\n`)
  const failed = command('bin.js', 'greet', '-i', 'here')
  assert.equal(failed.code, 2, failed.said)
  assert.match(failed.said, /roles\/motd\/role\.ts:9:/)
})
