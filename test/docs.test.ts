import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { content } from '../docs/examples/compose.ts'
import { jobq, play } from '../docs/examples/jobq.ts'
import { shop } from '../docs/examples/shop.ts'
import { referencePages } from '../docs/reference.ts'
import { facts, use } from '../engine/index.ts'
import { engine, networks } from './rig/docker.ts'
import { FakeHost } from '../engine/testing/fake-host.ts'
import { aDirectory, aFile } from '../engine/testing/paths.ts'
import { openMemory } from '../engine/testing/memory-host.ts'
import { runInMemory } from './rig/memory-run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = referencePages()
const described = [...pages.keys()].filter((page) => /^docs\/(?:tasks|actions|roles)\//.test(page))

test('the generated pages and schemas are those of the code (npm run docs)', () => {
  for (const [file, text] of pages) assert.equal(readFileSync(join(root, file), 'utf8'), text, `${file} is out of date: npm run docs`)
})

/** The params of a page by their names: type, default and description, as a reader sees them. */
function paramsOn(page: string): Map<string, readonly string[]> {
  const rows = [...(pages.get(page) ?? '').matchAll(/^\| (`.+) \|$/gm)].map(([, row = '']) => row.split(/ (?<!\\)\| ?/).map((cell) => cell.replaceAll('\\|', '|')))
  return new Map(rows.map(([name = '', ...cells]) => [name.replaceAll('`', ''), cells]))
}

test('each param has a type: what no JSON can hold has a title', () => {
  for (const page of described) for (const [name, [type = '']] of paramsOn(page)) assert.doesNotMatch(type, /^$|\bvalue\b/, `${page}: ${name}`)
  const type = (page: string, param: string) => paramsOn(page).get(param)?.[0]
  for (const action of ['command', 'script', 'composeExec']) assert.equal(type(`docs/actions/${action}.md`, 'stdin'), 'string | Secret')
  assert.equal(type('docs/tasks/file.md', 'content'), 'string | Secret | bytes | Content')
  assert.equal(type('docs/tasks/dockerLogin.md', 'password'), 'Secret')
})

const fields: readonly (readonly [page: string, row: string])[] = [
  ['tasks/composeProject', '| `reload[].argv` | list of string | **required** | run in the container |'],
  ['tasks/rollout', '| `upstream.port` | integer | **required** | on which the service listens |'],
  ['tasks/rollout', '| `before.timeout` | string | `"10m"` | how long it may take |'],
  ['roles/postgres', '| `backup.keep` | integer | `7` | how many stay; an older one goes when a new one is whole |'],
  ['roles/directories', '| `more[].mode` | string |  | permissions in octal, quoted: "0644" |'],
  ['roles/app', '| `workers.<name>.command` | list of string | **required** | ["npm", "run", "work"] |'],
  ['roles/app', '| `jobs.<name>.cpus` | string | `"1.0"` | processors, quoted: "1.5" |'],
  // Of a union of objects it is said which form has it, and how the forms are told apart.
  ['roles/app', '| `registry.kind` | "plain" | `"plain"` | a name and a password or token: GHCR, ACR, Docker Hub, your own |'],
  ['roles/app', '| `registry.username` | string | **required** | with `kind: "plain"` |'],
  ['roles/app', '| `registry.logout` | boolean | `true` | with `kind: "ecr"`: log out again afterwards |'],
  ['actions/waitFor', '| `http` | string | **required**, or `port`, `file`, `log` | asked for by the host itself, with curl or wget |'],
  ['actions/waitFor', '| `state` | "present" \\| "absent" | `"present"` | with `file` |'],
  ['actions/waitFor', '| `interval` | string | `"1s"` | between two looks |'],
]
test('what a param holds stands below it, with type, default and description', () => {
  for (const [page, row] of fields) assert.ok(pages.get(`docs/${page}.md`)?.includes(`\n${row}\n`), `${page} has no ${row}`)
  for (const page of described) {
    const params = paramsOn(page)
    for (const [name, [type = '']] of params) assert.equal(/\bobject\b/.test(type), [...params.keys()].some((each) => each.startsWith(`${name}.`) || each.startsWith(`${name}[]`)), `${page}: ${name} is ${type}`)
  }
})

test('the playbook that the README shows is the one that is there', () => {
  assert.ok(readFileSync(join(root, 'README.md'), 'utf8').includes(`\n\`\`\`ts\n${readFileSync(join(root, 'playbooks/hello.ts'), 'utf8')}\`\`\`\n`))
})

/** Without what is code: a pattern in it can look like a link. */
const prose = (text: string) => text.replace(/```[^]*?```/g, '').replace(/`[^`\n]*`/g, '')

test('links between pages lead somewhere', () => {
  const all = ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)]
  for (const page of all)
    for (const [, target = ''] of prose(readFileSync(join(root, page), 'utf8')).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
      if (!/^https?:/.test(target)) assert.doesNotThrow(() => readFileSync(join(root, dirname(page), target)), `${page} → ${target}`)
})

test('the template that docs/templates.md shows makes what it says there', () => {
  const page = readFileSync(join(root, 'docs/templates.md'), 'utf8')
  const file = (name: string) => readFileSync(join(root, 'docs/examples', name), 'utf8').replace('../../engine', '../engine')
  for (const [language, text] of [['ts', file('compose.ts')], ['hbs', file('compose.hbs')], ['yaml', content.text]]) assert.ok(page.includes(`\`\`\`${language}\n${text}\`\`\`\n`), language)
})

test('the role that docs/host.md shows does what it says there', async () => {
  const debian = { id: 'debian', like: [], version: '12', codename: 'bookworm', architecture: 'amd64', apt: true }
  const hosts = new Map(['q1', 'q2'].map((name) => [name, new FakeHost(name, [[facts.os(), debian]])]))
  const works = { kind: 'works' } as const
  hosts.get('q1')?.fates.push(works, works, works, { kind: 'fails', task: 0, says: 'too busy' }) // two batches and the status, then it compacts
  const { events, recap } = await runInMemory(hosts, [{ ...play, roles: [use(jobq, { queues: ['mail'], backup: 'q2' })] }])
  assert.deepEqual([recap.exit, recap.hosts['q1']?.rescued, recap.hosts['q2']?.rescued], [0, 1, 0])
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.text.replace(/ .*/, '')] : []))
  assert.deepEqual(notes.sort(), ['', 'all', 'all', 'not', 'the', 'the'])
  assert.ok(events.some((event) => event.type === 'task' && event.host === 'q2' && event.task === 'directory /data/backup/q1'))
})

test('the role of two apps that docs/adding-a-role.md shows wishes what it says there', async () => {
  assert.ok(readFileSync(join(root, 'docs/adding-a-role.md'), 'utf8').includes(`\`\`\`ts\n${readFileSync(join(root, 'docs/examples/shop.ts'), 'utf8')}\`\`\`\n`))
  const run = openMemory(new FakeHost('memory', [engine(), networks('shared_network'), aDirectory('/opt/services/caddy/sites'), ...aFile('/opt/services/caddy/docker-compose.yml', 'services: { caddy: { image: caddy } }\n')]), 'check')
  await shop.run(run.host, shop.params.parse({ version: 'v1', domain: 'shop.example.com', db_password: 'canary p@ss' }))
  const told = run.told().join('\n')
  for (const [name, what] of [['shop', 'start shop, and with it shop-mail'], ['search', 'start search']] as const) assert.ok(told.includes(`changed rollout /opt/services/apps/${name}: ${what}`), told)
  assert.doesNotMatch(told, /canary/)
})

test('every dependency has its line', () => {
  const manifest: { dependencies: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) assert.ok(page.includes(name), name)
  for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) assert.match(version, /^\d/, 'versions are exact')
})
