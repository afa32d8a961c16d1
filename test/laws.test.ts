/** The laws of docs/design.md, as far as the source text shows them. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Every TypeScript file of ours, by its path in the checkout. */
const sources = new Map(
  ['engine', 'roles', 'playbooks', 'inventory', 'lab', 'bench', 'test', 'release', 'docs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name): [string, string] => [join(folder, name), readFileSync(join(root, folder, name), 'utf8')]),
  ),
)
const engine = [...sources].filter(([name]) => name.startsWith('engine/'))

/** The text without comments and without what stands in quotes: what is left is code. */
function code(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|(?<=^|[\s;,{}()])\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[^])*`/gm, (found) => found.replace(/[^\n]/g, ' '))
}

/** file:line of every place where the pattern is found in code. */
function places(files: readonly (readonly [string, string])[], pattern: RegExp, allowed: Readonly<Record<string, string>> = {}): string[] {
  return files
    .filter(([name]) => !Object.keys(allowed).some((each) => name === each || (each.endsWith('/') && name.startsWith(each))))
    .flatMap(([name, text]) => code(text).split('\n').flatMap((line, index) => (pattern.test(line) ? [`${name}:${index + 1}: ${text.split('\n')[index]?.trim() ?? ''}`] : [])))
}

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

const imports: readonly Import[] = [...sources].flatMap(([from, text]) =>
  [...text.matchAll(/^(?:import|export)\s(type\s)?(?:[\w*{}\s,$]+?\sfrom\s)?'([^']+)'|\bimport\('([^']+)'\)/gm)].map(([, type, stated, dynamic]) => {
    const to = stated ?? dynamic ?? ''
    return { from, to: to.startsWith('.') ? relative(root, join(root, dirname(from), to)) : to, typeOnly: type !== undefined }
  }),
)
const bad = (is: (each: Import) => boolean) => imports.filter(is).map(({ from, to }) => `${from} imports ${to}`)

test('the files are found', () => {
  assert.ok(engine.length > 100 && imports.length > 500)
  assert.deepEqual(bad(({ to }) => /^(?:engine|roles|test|lab)\//.test(to) && !sources.has(to) && !to.endsWith('.json')), [])
})

test('the engine imports no role, no playbook, no inventory, no lab and no test', () => {
  assert.deepEqual(bad(({ from, to }) => from.startsWith('engine/') && /^(?:roles|playbooks|inventory|lab|test|bench|docs)\//.test(to)), [])
})

test('roles import the public face of the engine, and each other', () => {
  assert.deepEqual(bad(({ from, to }) => from.startsWith('roles/') && to.startsWith('engine/') && to !== 'engine/index.ts'), [])
})

test('nothing in the engine imports the cli, but the public face that hands on `main`', () => {
  assert.deepEqual(bad(({ from, to }) => from.startsWith('engine/') && !from.startsWith('engine/cli/') && from !== 'engine/index.ts' && to.startsWith('engine/cli/')), [])
})

test('tasks and facts do not reach for a transport: planning has no host in sight', () => {
  const planning = /^engine\/(?:tasks|facts|values|template|diagnostic)\//
  assert.deepEqual(bad(({ from, to, typeOnly }) => planning.test(from) && !typeOnly && /^engine\/(?:transport|host|playbook|cli|report)\//.test(to)), [])
})

test('no circle of imports in the engine', () => {
  const next = new Map<string, string[]>()
  for (const { from, to, typeOnly } of imports) if (!typeOnly && from.startsWith('engine/') && to.startsWith('engine/')) next.set(from, [...(next.get(from) ?? []), to])
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) circles.push([...path.slice(path.indexOf(name)), name].join(' → '))
    if (path.includes(name) || done.has(name)) return
    for (const each of next.get(name) ?? []) visit(each, [...path, name])
    done.add(name)
  }
  for (const name of next.keys()) visit(name, [])
  assert.deepEqual(circles, [])
})

test('only the cli touches the process', () => assert.deepEqual(places(engine, /\bprocess\.(?:argv|env|exit|std|cwd|on|off|kill|platform|pid)/, { 'engine/cli/': 'that is what it is for' }), []))

test('only the reporter for terminals uses ora', () => assert.deepEqual(bad(({ from, to }) => to === 'ora' && from !== 'engine/report/tty.ts' && !from.startsWith('test/report/')), []))

test('what a store takes is loaded only when the store is used', () => {
  const heavy = imports.filter(({ from, to }) => from.startsWith('engine/') && /^(?:@aws-sdk\/|age-encryption$)/.test(to)).map(({ from }) => from)
  assert.deepEqual(heavy.sort(), ['engine/secrets/age.ts', 'engine/secrets/ecr.ts', 'engine/secrets/ssm.ts'])
  const statically = engine.filter(([, text]) => heavy.some((each) => new RegExp(`^(?:import|export) .*from '.*/${each.split('/').at(-1)}'`, 'm').test(text)))
  assert.deepEqual(statically.map(([name]) => name), [])
})

test('only transports touch sockets, ssh2 and processes', () => {
  const wire = new Set(['ssh2', 'zx', 'node:net', 'node:tls', 'node:child_process', 'node:http', 'node:https', 'node:dgram'])
  // schema.ts asks node:net whether a text is an address, and opens nothing; command.ts asks a program on this machine for a secret, about.ts asks git,
  // editor.ts starts somebody's editor.
  assert.deepEqual(bad(({ from, to }) => from.startsWith('engine/') && wire.has(to) && !from.startsWith('engine/transport/')), ['engine/cli/about.ts imports zx', 'engine/inventory/schema.ts imports node:net', 'engine/secrets/command.ts imports node:child_process', 'engine/cli/manage-secrets/editor.ts imports node:child_process'])
})

test('only one file quotes for a shell', () => assert.deepEqual(engine.filter(([name, text]) => name !== 'engine/values/quote.ts' && /'\\\\''|"'\\\\''"/.test(text)).map(([name]) => name), []))

test('nothing is printed but by reporters and the cli', () => assert.deepEqual(places([...engine, ...[...sources].filter(([name]) => name.startsWith('roles/'))], /\bconsole\./), []))

test('no any', () => assert.deepEqual(places([...sources], /(?::|<|\bas|,|\|)\s*any\b(?!\w)/), []))

/** The definers: what they cast is what they gave out themselves under the same key, or what another library types too loosely. */
const casts: Readonly<Record<string, string>> = {
  'engine/facts/fact.ts': 'a fact of a kind is asked with arguments of that kind only',
  'engine/tasks/task.ts': 'the values of a task come back under the keys of its own facts',
  'engine/host/host.ts': 'one result a task, in order; the model holds a value under the key of its fact',
  'engine/playbook/role.ts': 'the runner parses with the schema of this very role',
  'engine/playbook/once.ts': 'one key, one piece of code, one type of result',
  'engine/playbook/params.ts': 'JSON Schema as zod writes it',
}
const ours = [...sources].filter(([name]) => /^(?:engine|roles|playbooks)\//.test(name))
test('fault 72: nothing is coerced (coerced, "false" is true), and no parser says back what it was given', () => assert.deepEqual(places(ours, /\.coerce\b|\breportInput\b/), []))
test('fault 58: no time is measured by the clock on the wall', () => assert.deepEqual(places(ours, /\bDate\.now\b|\.getTime\(/), []))
test('fault 10: no SFTP, whose answers may never come: a session is a shell', () => assert.deepEqual(places(ours, /\.sftp\b|\bSFTPWrapper\b|fastPut/), []))

test('no cast outside the definers', () => {
  const cast = /\bas (?!const\b)[\w$({]/
  const found = places(engine, cast, casts).filter((each) => !/^\S+ (?:import|export) [^=(]*$/.test(each))
  assert.deepEqual(found, [])
  // Who needs no exception any more does not keep it.
  assert.deepEqual(Object.keys(casts).filter((name) => places([[name, sources.get(name) ?? '']], cast).length === 0), [])
})

test('no test is left out: no .only, no skip without a reason', () => {
  const tests = [...sources].filter(([name]) => name.endsWith('.test.ts'))
  assert.deepEqual(places(tests, /\b(?:test|it|describe)\.(?:only|skip|todo)\b|\bonly: true|\bskip: true/), [])
  // test/run.sh takes whatever is called *.test.ts below test/.
  assert.deepEqual(tests.map(([name]) => name).filter((name) => !name.startsWith('test/')), [])
})

test('no file over 400 lines; a hard look at those over 200', (t) => {
  const long = [...sources].map(([name, text]) => [name, text.split('\n').length - 1] as const).filter(([, lines]) => lines > 200)
  for (const [name, lines] of long) t.diagnostic(`${name}: ${lines} lines`)
  assert.deepEqual(long.filter(([, lines]) => lines > 400), [])
})
