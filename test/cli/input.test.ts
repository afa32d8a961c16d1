import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '../rig/cli.ts'
import { needs } from '../rig/needs.ts'
import { closed, folder, fresh, here, onHere, put, tiny } from './tiny.ts'

const bad = put(
  'bad.yml',
  `all:
  hosts:
    here: { ansible_connection: local, ansible_prot: 22 }
    there: { ansible_connection: locl }
  vars:
    tiny: { greting: hi }
    the_end:
      dir: 5
`,
)

/** As it is printed, with this test's directory left out. */
const said = ({ stderr }: { stderr: string }) => stderr.replaceAll(`${folder}/`, '')

test('what is misspelt in the variables of a role that this playbook does not use is told, too; that they are not complete is not', async () => {
  const inventory = put('unused.yml', 'all:\n  hosts:\n    here: { ansible_connection: local }\n  vars:\n    postgres: { pasword: x, memory: 1g }\n')
  const result = await run(['playbooks/infra.ts', '-i', inventory, '--syntax-check'])
  assert.equal(said(result), 'unused.yml:5:17 unknown key "pasword" in postgres\n        postgres: { pasword: [secret]\n                    ~~~~~~~\n  did you mean "password"?\n1 problem; no host was contacted.\n')
  assert.equal(result.code, 3)
})

test('fault 72: every problem of flags, inventory, variables and params at once, each with its place; exit 3', async () => {
  const result = await tiny('-i', bad, '-f', '0', '-e', 'copies=9', '-e', 'lod=true', '-l', 'nobody')
  assert.deepEqual([result.code, result.stdout], [3, ''])
  assert.equal(
    said(result),
    `--forks takes a whole number from 1 on
dir is missing: expected string
  give it as --dir, or with -e name=value; --help shows all
bad.yml:3:40 "ansible_prot" is not supported
                                         … ansible_prot: …
                                           ~~~~~~~~~~~~
  did you mean "ansible_port"?
bad.yml:4:34 ansible_connection: expected one of "ssh"|"local"
        there: { ansible_connection: locl }
                                     ~~~~
  did you mean "local"?
bad.yml:6:13 unknown key "greting" in tiny
        tiny: { greting: …
                ~~~~~~~
  did you mean "greeting"?
bad.yml:8:12 the_end.dir: expected string, received number
          dir: 5
               ~
  quote it: a bare number does not stay as it is written (1.10 becomes 1.1)
-e:1:1 no role and no param is called "lod"
    lod=…
    ~~~
  did you mean "loud"?
-e:1:8 copies: Too big: expected number to be <=3
    copies=9
           ~
8 problems; no host was contacted.
`,
  )
})

const refused: readonly (readonly [what: string, args: readonly string[], text: string])[] = [
  ['flags that do not exist', ['--frks', '3', 'web'], 'there is no flag --frks\n  did you mean "--forks"?\n"web" stands alone: what is it for?\n  an inventory is named with -i, a param with -e name=value\n2 problems; no host was contacted.\n'],
  ['no inventory', [], 'no inventory\n  name one: -i production (a folder in inventory/), -i hosts.yml, or -i web1,web2\n1 problem; no host was contacted.\n'],
  ['fault 74: a limit that matches nobody', ['-i', closed, '-e', 'dir=/x', '-l', 'all:!closed'], '--limit all:!closed matches no host\n  say --allow-empty when that is fine\n1 problem; no host was contacted.\n'],
  ['a tag that nobody has', ['-i', closed, '-e', 'dir=/x', '-t', 'greeting'], 'no role and no task has the tag "greeting"\n  there is: greet, the-end, tiny\n1 problem; no host was contacted.\n'],
  ['tags to skip that nobody has, and those to run', ['-i', closed, '-e', 'dir=/x', '--skip-tags', 'gret', '-t', 'tiny,,nothing'], 'no role and no task has the tag "nothing"\n  there is: greet, the-end, tiny\nno role and no task has the tag "gret"\n  did you mean "greet"?\n2 problems; no host was contacted.\n'],
  ['a listing by a tag that nobody has', ['-i', closed, '-e', 'dir=/x', '-t', 'greeting', '--list-tasks'], 'no role and no task has the tag "greeting"\n  there is: greet, the-end, tiny\n1 problem; no host was contacted.\n'],
  ['hosts listed by a task that is not there', ['-i', closed, '-e', 'dir=/x', '--start-at', 'file /y*', '--list-hosts'], 'no task is called "file /y*"\n  --list-tasks shows all; * stands for anything\n1 problem; no host was contacted.\n'],
  ['everything skipped', ['-i', closed, '-e', 'dir=/x', '--skip-tags', 'tiny,the-end', '--syntax-check'], '--skip-tags tiny,the-end leaves no task\n  say --allow-empty when that is fine\n1 problem; no host was contacted.\n'],
  ['two reports in one file', ['-i', closed, '-e', 'dir=/x', '--report', 'nowhere/a', '--junit', 'nowhere/../nowhere/a'], '--report and --junit are the same file: nowhere/../nowhere/a\n  name a file of its own for each\n1 problem; no host was contacted.\n'],
  ['a flag that does not exist, with all else that is wrong', ['-i', closed, '--frks', '3', '-e', 'dir=/x', '-f', '0', '-l', 'nobody', '-K'], 'there is no flag --frks\n  did you mean "--forks"?\n--forks takes a whole number from 1 on\n--limit:1:1 there is no host or group "nobody"\n    nobody\n    ~~~~~~\n  there is: all, closed, ungrouped\n3 problems; no host was contacted.\n'],
  ['a task that tags leave out', ['-i', closed, '-e', 'dir=/x', '--start-at', 'tiny › directory /x', '-t', 'the-end'], 'the task "tiny › directory /x" is there, and --tags the-end leaves it out\n  --list-tasks --tags the-end shows what is left to begin at\n1 problem; no host was contacted.\n'],
  ['a task that tags leave out, by its title', ['-i', closed, '-e', 'dir=/x', '--start-at', 'directory*', '--skip-tags', 'greet'], 'the task "directory*" is there, and --skip-tags greet leaves it out\n  --list-tasks --skip-tags greet shows what is left to begin at\n1 problem; no host was contacted.\n'],
  ['an action that tags leave out', ['-i', closed, '-e', 'dir=/x', '-e', 'then=sleep', '--start-at', 'the-end › *', '-t', 'greet'], 'the task "the-end › *" is there, and --tags greet leaves it out\n  --list-tasks --tags greet shows what is left to begin at\n1 problem; no host was contacted.\n'],
  ['a task of another role', ['-i', closed, '-e', 'dir=/x', '--start-at', 'the-end › directory /x'], 'no task is called "the-end › directory /x"\n  --list-tasks shows all; * stands for anything\n1 problem; no host was contacted.\n'],
  ['a task that is not there', ['-i', closed, '-e', 'dir=/x', '--start-at', 'file /y*'], 'no task is called "file /y*"\n  --list-tasks shows all; * stands for anything\n1 problem; no host was contacted.\n'],
]
for (const [what, args, text] of refused)
  test(`refused: ${what}`, async () => {
    const result = await tiny(...args)
    assert.equal(result.stdout, '')
    assert.equal(said(result), text)
    assert.equal(result.code, 3)
  })

const UNRUN = `import { definePlaybook } from '${fileURLToPath(new URL('../../engine/index.ts', import.meta.url))}'
import { z } from '${import.meta.resolve('zod')}'
export default definePlaybook({ name: 'own', doc: 'Nothing.', params: z.strictObject({}), plays: () => [] })
`

test('a play without hosts or without roles is told as such, for whoever does not look at types', async () => {
  const own = fresh()
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, 'own.mts'), `${UNRUN.replace('definePlaybook }', 'definePlaybook, main }').replace('export default', 'const own =').replace('=> []', "=> [{ name: 'one', host: 'all', roles: [] }, { name: 'two', hosts: 'all' }]")}await main(import.meta, own)\n`)
  const { code, stderr } = await run(['own.mts', '-i', here], 60, [], own)
  assert.deepEqual([code, stderr], [3, 'play "one": it has no "hosts"\n  a pattern: hosts: "web", or "all"\nplay "two": "roles" takes a list\n  roles: [use(role)]; without any: roles: []\n2 problems; no host was contacted.\n'])
})

test('a file of variables that cannot be read is one problem, without all that would stand in it', async () => {
  const own = fresh()
  mkdirSync(join(own, 'group_vars'), { recursive: true })
  writeFileSync(join(own, 'hosts.yml'), 'services:\n  hosts: { a: , b: }\n')
  writeFileSync(join(own, 'group_vars/services.yml'), 'postgres:\n  password: x\n image: [')
  const { code, stderr } = await run(['playbooks/deploy-standalone-services.ts', '-i', own])
  assert.equal(code, 3)
  assert.match(said({ stderr }), /^work-\d+\/group_vars\/services\.yml:\d/)
  assert.doesNotMatch(stderr, / is missing/)
})

test('a playbook that throws before it begins is told with its place, and is no bug of ours', async () => {
  const { code, stderr } = await run(['test/playbooks/broken.ts', '-i', here])
  assert.equal(code, 3)
  assert.match(stderr, /test\/playbooks\/broken\.ts:10:11 the playbook does not work: no such thing/)
})

const unread: readonly (readonly [what: string, text: string, said: RegExp, role?: string])[] = [
  ['throws at once', "\nthrow new TypeError('no such thing')\n", /^playbooks\/own\.ts:2:7 the playbook does not work: no such thing\n$/],
  ['does not parse', 'const a = = 1\n', /^playbooks\/own\.ts:1:11 cannot be read: /],
  ['imports a role that does not parse', "import '../role.ts'\n", /^role\.ts:3:\d+ cannot be read: /, 'export const a = 1\n\nconst const b = 2\n'],
  ['imports what a role does not have', "\nimport { x } from '../role.ts'\nconsole.log(x)\n", /^playbooks\/own\.ts:2:10 cannot be read: .* does not provide an export named 'x'\n$/, 'export const a = 1\n'],
  ['imports what is not there', "import { x } from './nothing.ts'\nconsole.log(x)\n", /^playbooks\/own\.ts cannot be read: Cannot find module .*nothing\.ts/],
  ['has no playbook', 'export default {}\n', /^playbooks\/own\.ts has no playbook as its default export\n$/],
]
for (const [what, text, said, role = ''] of unread)
  test(`a playbook that ${what} is no bug of ours: hostwright NAME`, async () => {
    const own = fresh()
    mkdirSync(join(own, 'playbooks'), { recursive: true })
    writeFileSync(join(own, 'package.json'), '{"type": "module"}')
    writeFileSync(join(own, 'playbooks/own.ts'), text)
    writeFileSync(join(own, 'role.ts'), role)
    const { code, stdout, stderr } = await run([fileURLToPath(new URL('../../engine/cli/hostwright.ts', import.meta.url)), 'own', '-i', here], 60, [], own)
    assert.deepEqual([code, stdout], [3, ''], stderr)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, /\n {4}at /)
  })

for (const [what, more, code, said] of [
  ['does not end with main is told', '', 3, /^own\.mts:3:16 the playbook "own" was not run: nothing was done\n.*await main\(import\.meta, playbook\)\n$/],
  ['throws before it comes to main has its own error only', "throw new Error('mine')\n", 1, /^(?!.*was not run).*mine/s],
] as const)
  test(`a playbook that was started as a file and ${what}`, async () => {
    const own = fresh()
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'own.mts'), UNRUN + more)
    const ran = await run(['own.mts', '-i', here], 60, ['env', '-u', 'NODE_TEST_CONTEXT'], own)
    assert.equal(ran.code, code, ran.stderr)
    assert.match(ran.stderr, said)
  })

test('--help tells what the playbook takes, --version the version', async () => {
  const help = await tiny('--help')
  assert.equal(help.code, 0)
  assert.ok(
    help.stdout.includes(`
For test/cli.

Params (as a flag, or with -e name=value):
  --dir string                      where; required
  --then end|fail|sleep|throw|leak  what happens after; default "end"
  --copies integer                  default 1
  --extra-names list of string      more files; default []
  --loud boolean                    default false

Flags:
  -i, --inventory X `),
    help.stdout,
  )
  assert.match((await tiny('--version')).stdout, /^hostwright \d+\.\d+\.\d+\n$/)
})

/** Nobody answers for this host: whoever contacts it has exit 4. */
const lists: readonly (readonly [flag: string, text: string])[] = [
  ['--list-hosts', 'tiny (all): 1 host\n  closed\n'],
  ['--list-tasks', 'tiny:\n  tiny\n    directory /x\n    file /x/greeting\n  the-end\n    extra a\n    extra b\n'],
  ['--list-tags', 'greet\nthe-end\ntiny\n'],
  ['--syntax-check', 'tiny: inventory, variables and params are fine\n'],
]
for (const [flag, text] of lists)
  test(`${flag} contacts nobody`, async () => {
    const { code, stdout, stderr } = await tiny('-i', closed, '-e', 'dir=/x', '--extra-names', 'a,b', flag)
    assert.deepEqual([code, stdout, stderr], [0, text, ''])
  })

test('--tags, --skip-tags and --start-at leave out what is not asked for', { timeout: 60_000 }, async () => {
  const made = async (...args: string[]) => {
    const dir = fresh()
    mkdirSync(dir, { mode: 0o700 })
    const { code, events, stderr } = await onHere(dir, '--extra-names', 'a,b', '--check', '--output', 'json', ...args)
    assert.equal(code, 0, stderr)
    return events.flatMap((event) => (event.type === 'task' ? [event.task.replace(`${dir}/`, '').replace(dir, 'dir')] : []))
  }
  assert.deepEqual(await made('--tags', 'greet'), ['directory dir', 'file greeting'])
  assert.deepEqual(await made('--skip-tags', 'the-end'), ['directory dir', 'file greeting', 'extra a', 'extra b'])
  assert.deepEqual(await made('--start-at', '*greeting'), ['file greeting', 'extra a', 'extra b'])
  assert.deepEqual(await made('--start-at', 'tiny › file *'), ['file greeting', 'extra a', 'extra b'])
})

test('somebody who is not there cannot be become: no rule of sudo would help', async () => {
  needs('sudo', 'sudo')
  const { code, stdout } = await onHere(fresh(), '-b', '--become-user', 'nobodyelse')
  assert.deepEqual([code, /cannot become nobodyelse with sudo; it said: .*unknown user.*\n +next +there is no user nobodyelse on this host: --become-user and ansible_become_user name one\n/.test(stdout), stdout.includes('sudoers,')], [4, true, false], stdout)
})

test('params as flags, lists and JSON reach the playbook', async () => {
  const dir = fresh()
  const { code, stdout } = await onHere(dir, '-e', '{"extra_names": ["one"], "copies": 2}', '--loud', 'true', '-D')
  assert.equal(code, 0, stdout)
  assert.match(stdout, /\+LOUD 2/)
  assert.ok(existsSync(join(dir, 'one')))
})

test('variables that no role takes are told each at its place, and beside what is wrong because of them', async () => {
  const stray = put('stray.yml', 'all:\n  hosts:\n    here: { ansible_connection: local }\n  vars:\n    foo: bar\n    tiny:\n    password: hunter2\n')
  const fine = await tiny('-i', stray, '--check', '-e', `dir=${fresh()}`)
  assert.match(fine.stdout.replaceAll(`${folder}/`, ''), /stray\.yml:5:5 no role of this playbook's `roles` takes the variable "foo"\n/)
  const wrong = await tiny('-i', stray, '-e', 'dir=/x', '-e', 'copies=9')
  assert.deepEqual([wrong.code, said(wrong).split('\n').filter((line) => line.startsWith('warning: '))], [3, [
    'warning: stray.yml:5:5 no role of this playbook\'s `roles` takes the variable "foo"',
    'warning: stray.yml:7:5 no role of this playbook\'s `roles` takes the variable "password"',
  ]])
  assert.doesNotMatch(wrong.stderr, /hunter2/)
})
