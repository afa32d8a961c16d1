import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { loadInventory } from '../../engine/inventory/load.ts'
import { type Files, folder, hosts, loaded, refused, summary } from './folder.ts'

const P = 'inventory/production/'
const ONE = 'all: {hosts: {h: }}'

const found: readonly (readonly [given: string, files: Files, source: string])[] = [
  ['production', { [`${P}hosts.yml`]: ONE }, `${P}hosts.yml`],
  ['production', { [`${P}hosts.yaml`]: ONE }, `${P}hosts.yaml`],
  ['production', { [`${P}hosts`]: 'h' }, `${P}hosts`],
  ['production', { [`${P}hosts.ini`]: 'h' }, `${P}hosts.ini`],
  ['production', { [`${P}hosts.ts`]: 'export default { all: { hosts: { h: null } } }' }, `${P}hosts.ts`],
  ['production', { [`${P}hosts.yml`]: ONE, 'production/hosts.yml': 'all: {hosts: {other: }}' }, `${P}hosts.yml`],
  ['inventory/production', { [`${P}hosts.yml`]: ONE }, `${P}hosts.yml`],
  ['./inventory/production/', { [`${P}hosts.yml`]: ONE }, `${P}hosts.yml`],
  ['other.yml', { 'other.yml': ONE }, 'other.yml'],
  ['other.json', { 'other.json': '{"all": {"hosts": {"h": null}}}' }, 'other.json'],
  ['lab.yml', { 'inventory/lab.yml': ONE }, 'inventory/lab.yml'],
  ['h,', {}, 'h,'],
]

for (const [given, files, source] of found) {
  test(`-i ${given} reads ${source}`, async () => {
    const inventory = await loaded(files, [given])
    assert.deepEqual([...inventory.hosts.keys()], ['h'])
    assert.deepEqual(inventory.sources, [source])
    assert.deepEqual(inventory.warnings, [])
  })
}

const notFound: readonly (readonly [given: string, files: Files, printed: string])[] = [
  ['prodution', { [`${P}hosts.yml`]: ONE }, '-i:1:1 there is no inventory "prodution"\n    prodution\n    ~~~~~~~~~\n  did you mean "production"?'],
  ['web1', {}, '-i:1:1 there is no inventory "web1"\n    web1\n    ~~~~\n  it is looked for from the folder in which you stand, and in its inventory/; a single host is written with a comma: -i web1,'],
  ['10.0.0.5', { [`${P}hosts.yml`]: ONE }, '-i:1:1 there is no inventory "10.0.0.5"\n    10.0.0.5\n    ~~~~~~~~\n  there is: production; a single host is written with a comma: -i 10.0.0.5,'],
  ['2001:db8::1', { [`${P}hosts.yml`]: ONE }, '-i:1:1 there is no inventory "2001:db8::1"\n    2001:db8::1\n    ~~~~~~~~~~~\n  there is: production; a single host is written with a comma: -i 2001:db8::1,'],
  ['prod.example', { 'inventory/prod.examples/hosts.yml': ONE }, '-i:1:1 there is no inventory "prod.example"\n    prod.example\n    ~~~~~~~~~~~~\n  did you mean "prod.examples"?; a single host is written with a comma: -i prod.example,'],
  ['prod.yml', { [`${P}hosts.yml`]: ONE }, '-i:1:1 there is no inventory "prod.yml"\n    prod.yml\n    ~~~~~~~~\n  there is: production'],
  ['', {}, '-i:1:1 -i is empty\n    \n    ~\n  name a folder in inventory/, a file, or hosts: -i web1,web2,'],
  ['production', { [`${P}group_vars/all.yml`]: '' }, '-i:1:1 the folder has no inventory in it\n    production\n    ~~~~~~~~~~\n  make one of hosts.yml, hosts.yaml, hosts, hosts.ini, hosts.ts'],
  ['production', { [`${P}hosts.yml`]: '', [`${P}hosts.ini`]: '' }, '-i:1:1 the folder has more than one inventory: hosts.yml and hosts.ini\n    production\n    ~~~~~~~~~~\n  keep one, or name each: -i FILE -i FILE'],
  ['root@a,b;c,', {}, '-i:1:1 "root@a" is a user and a host\n    root@a,b;c,\n    ~~~~~~\n  give the user with -u\n-i:1:8 "b;c" cannot name a host: a name has only letters, digits and "_", "-", "." and does not begin with "-" or "."\n    root@a,b;c,\n           ~~~'],
  ['big.yml', { 'big.yml': '#'.repeat(1024 * 1024 + 1) }, 'big.yml:1:1 this file has 1048577 bytes; more than 1 MiB is not read'],
  ['latin.yml', { 'latin.yml': Buffer.from('all: # caf\xe9', 'latin1') }, 'latin.yml:1:1 this file is not UTF-8 text'],
  ['v.yml', { 'v.yml': '$ANSIBLE_VAULT;1.1;AES256\n6132\n' }, 'v.yml:1:1 this file is encrypted by ansible-vault, which is not read\n  keep secrets with manage-secrets, and only the rest here'],
]

for (const [given, files, printed] of notFound) {
  test(`-i ${given.slice(0, 20)} is refused: ${printed.split('\n')[0]?.slice(0, 60)}`, async () => assert.equal(await refused(files, [given]), printed))
}

test('faults 71 and 74: a byte order mark and an empty file are fine', async () => {
  assert.deepEqual([...(await loaded(hosts(`\ufeff${ONE}`))).hosts.keys()], ['h'])
  assert.deepEqual([...(await loaded(hosts(''))).hosts.keys()], [])
})

test('groups, their hosts and children; hosts in the order of the file', async () => {
  const inventory = await loaded(hosts('all: {children: {a: {children: {c: {hosts: {h2: }}}}, b: {hosts: {h1: , h2: }}}, hosts: {h0: }}'))
  const { groups } = summary(inventory)
  assert.deepEqual(groups.map(({ name, hosts, children }) => `${name}: ${hosts.join(' ')} | ${children.join(' ')}`).sort(), [
    'a: h2 | c',
    'all: h2 h1 h0 | ungrouped a b',
    'b: h2 h1 | ',
    'c: h2 | ',
    'ungrouped: h0 | ',
  ])
  assert.deepEqual([...inventory.hosts.values()].map(({ name, groups }) => `${name}: ${groups.join(' ')}`), ['h2: all a b c', 'h1: all b', 'h0: all ungrouped'])
})

test('connection settings, apart from variables', async () => {
  using here = folder({
    [`${P}hosts.yml`]: `
all:
  vars: {ansible_user: deploy, ansible_become: yes, ansible_become_user: app, ssh_config_file: ssh_config, own: 1}
  hosts:
    a: {ansible_host: 2001:db8::1, ansible_port: 2222, ansible_become_password: hunter2, ansible_password: "letme in"}
    b: {ansible_connection: local, ansible_become: false, known_hosts_file: ~/known}
    c: {ansible_ssh_host: c.example.com, ansible_ssh_port: 23, ansible_ssh_user: root, known_hosts_file: [one, /two]}
`,
    [`${P}host_vars/a.yml`]: 'ansible_ssh_private_key_file: keys/id\n',
  })
  const result = await loadInventory(['production'], { cwd: here.path, extra: ['ansible_port=2200'] })
  assert.ok(result.ok)
  const base = join(here.path, P)
  const [a, b, c] = summary(result.value).hosts
  const common = { port: 2200, becomeUser: 'app', sshConfigFile: join(base, 'ssh_config') }
  const { becomePassword, password, ...rest } = a?.settings ?? assert.fail()
  assert.deepEqual(rest, { ...common, kind: 'ssh', address: '2001:db8::1', user: 'deploy', become: true, privateKeyFile: join(base, 'keys/id') })
  assert.equal(becomePassword?.reveal(), 'hunter2')
  assert.equal(password?.reveal(), 'letme in')
  assert.deepEqual(b?.settings, { ...common, kind: 'local', address: 'b', user: 'deploy', become: false, knownHostsFiles: [join(homedir(), 'known')] })
  assert.deepEqual(c?.settings, { ...common, kind: 'ssh', address: 'c.example.com', user: 'root', become: true, knownHostsFiles: [join(base, 'one'), '/two'] })
  assert.deepEqual([a?.vars, b?.vars, c?.vars], [{ own: 1 }, { own: 1 }, { own: 1 }])
  assert.equal(result.value.hosts.get('c')?.connection.at?.line, 7)
})

test('a second inventory in a folder is not passed over in silence', async () => {
  const files = { 'two/hosts.yml': 'all:\n  hosts:\n    a:\n', 'two/more.yml': 'all:\n  hosts:\n    b:\n', 'two/README.md': 'words', 'two/group_vars/all.yml': 'x: 1\n' }
  const one = await loaded(files, ['two'])
  assert.deepEqual([[...one.hosts.keys()], one.warnings.map(printDiagnostic)], [['a'], ['two/more.yml:1:1 this file is not read: in a folder, hosts.yml is the inventory\n  if it has hosts: -i two/hosts.yml -i two/more.yml']])
  const both = await loaded(files, ['two', 'two/more.yml'])
  assert.deepEqual([[...both.hosts.keys()], both.warnings], [['a', 'b'], []])
})

test('two environments at once are refused: each would have the variables of the other', async () => {
  const files = {
    'staging/hosts.yml': 'all:\n  hosts:\n    s1:\n', 'staging/group_vars/all.yml': 'x: 1\n',
    'production/hosts.yml': 'all:\n  hosts:\n    p1:\n    p2:\n', 'production/group_vars/all.yml': '# words\nx: 2\n',
    'shared.yml': 'all:\n  vars:\n    y: 3\n', 'one.yml': 'all:\n  hosts:\n    p1:\n  vars:\n    x: 4\n', 'more.yml': 'all:\n  hosts:\n    m1:\n',
  }
  const message = await refused(files, ['staging', 'production'])
  assert.match(message, /^production\/group_vars\/all\.yml:2:1 two environments at once: what is said here of groups would hold for s1, too, and what staging\/group_vars\/all\.yml:1 says for p1\n/)
  // Two files of one folder, too.
  assert.match(await refused({ 'inv/a.yml': 'all:\n  hosts:\n    s1:\n  vars:\n    x: 1\n', 'inv/b.yml': 'all:\n  hosts:\n    p1:\n  vars:\n    x: 2\n' }, ['inv/a.yml', 'inv/b.yml']), /two environments at once/)
  // Groups of their own, which the others are not in, and group_vars that files of one folder share.
  const apart = { 'a/dc1.yml': 'dc1:\n  hosts:\n    s1:\n  vars:\n    x: 1\n', 'b/dc2.yml': 'dc2:\n  hosts:\n    p1:\n  vars:\n    x: 2\n' }
  assert.deepEqual((await loaded(apart, ['a/dc1.yml', 'b/dc2.yml'])).hosts.get('p1')?.vars.value, { x: 2 })
  const shared = { 'inv/a.yml': 'all:\n  hosts:\n    s1:\n', 'inv/b.yml': 'all:\n  hosts:\n    p1:\n', 'inv/group_vars/all.yml': 'x: 3\n' }
  assert.deepEqual((await loaded(shared, ['inv/a.yml', 'inv/b.yml'])).hosts.get('p1')?.vars.value, { x: 3 })
  // Shared values, some of the same hosts once more, hosts without variables: none of these is another environment.
  for (const [more, vars] of [['shared.yml', { x: 2, y: 3 }], ['one.yml', { x: 4 }], ['more.yml', { x: 2 }], ['m2,', { x: 2 }]] as const) assert.deepEqual((await loaded(files, ['production', more])).hosts.get('p1')?.vars.value, vars)
})

test('fault 73: warnings: what is ignored, twins, names in two sources', async () => {
  const inventory = await loaded(
    {
      'one.yml': 'all:\n  hosts:\n    a: {ansible_host: 192.0.2.1, ansible_python_interpreter: /usr/bin/python3}\n    b: {ansible_host: 192.0.2.1}\n    c: {ansible_host: 192.0.2.1, ansible_port: 23}\n    d: {ansible_ssh_common_args: -J x, ansible_magic: 1}\n',
      'two.yml': 'all:\n  hosts:\n    a:\n  children:\n    c:\n',
    },
    ['one.yml', 'two.yml'],
  )
  assert.equal(
    inventory.warnings.map(printDiagnostic).join('\n'),
    `one.yml:3:34 "ansible_python_interpreter" is not supported: it is ignored
                                   … ansible_python_interpreter: …
                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~
  hosts need no Python, only sshd and a POSIX sh
one.yml:6:9 "ansible_ssh_common_args" is not supported: it is ignored
        d: {ansible_ssh_common_args: …
            ~~~~~~~~~~~~~~~~~~~~~~~
  put such options in an ssh_config and name it: ssh_config_file
one.yml:6:40 "ansible_magic" is not supported: it is ignored
                                         … ansible_magic: …
                                           ~~~~~~~~~~~~~
  there is: ansible_host, ansible_port, ansible_user, ansible_connection, ansible_ssh_private_key_file, ansible_password, ansible_become, ansible_become_user, ansible_become_password, known_hosts_file, ssh_config_file
two.yml:3:5 the host "a" is also in one.yml:3
        a:
        ~
  where they differ, the later source counts
one.yml:4:5 "a" and "b" are the same host: 192.0.2.1 port 22
        b: …
        ~
  remove one, or put one name into several groups
one.yml:5:5 "c" is a host and also a group
        c: …
        ~
  a pattern with this name means the group`,
  )
})

test('faults 71, 72 and 73: every problem at once, each at its place', async () => {
  const printed = await refused({
    [`${P}hosts.yml`]: `all:
  vars:
    ansible_prot: 22
    mode: 0755
    greeting: "hello {{ name }}"
    api_token: "{{ token }}"
  host:
    web1:
  children:
    web: [a, b]
    x y:
    db:
      hosts:
        db[1:
        db1: {ansible_port: "ssh", vars: {a: 1}}
hosts:
  lone:
`,
    [`${P}group_vars/wbe.yml`]: 'a: 1\n',
    [`${P}group_vars/db.yml`]: '__proto__: {a: 1}\na: {constructor: 1}\npostgres.image: x\n',
    [`${P}group_vars/all.yml`]: '- a\n',
    [`${P}host_vars/bd1.yml`]: 'a: 1\n',
    [`${P}host_vars/README.md`]: '# notes',
  })
  assert.equal(
    printed,
    `inventory/production/hosts.yml:3:5 "ansible_prot" is not supported
        ansible_prot: …
        ~~~~~~~~~~~~
  did you mean "ansible_port"?
inventory/production/hosts.yml:4:11 this number would not stay as it is written
        mode: …
              ~
  quote it: a bare 0755 is the number 755, and long numbers lose digits
inventory/production/hosts.yml:5:15 "{{ }}" is not filled in here: values are data
        greeting: "hello {{ name }}"
                  ~~~~~~~~~~~~~~~~~~
  write the value itself; what depends on something else is computed in a playbook or an inventory in TypeScript
inventory/production/hosts.yml:6:16 "{{ }}" is not filled in here: values are data
        api_token: [secret]
                   ~~~~~~~~
  write the value itself; what depends on something else is computed in a playbook or an inventory in TypeScript
inventory/production/hosts.yml:7:3 unknown key "host" in all
      host:
      ~~~~
  did you mean "hosts"?
inventory/production/hosts.yml:10:5 all.children.web: expected a map with "hosts", "children" or "vars"
        web: …
        ~~~
inventory/production/hosts.yml:11:5 "x y" cannot name a group: a name has only letters, digits and "_", "-", "." and does not begin with "-" or "."
        x y:
        ~~~
inventory/production/hosts.yml:14:9 "db[1" cannot name a host: a name has only letters, digits and "_", "-", "." and does not begin with "-" or "."
            db[1:
            ~~~~
inventory/production/hosts.yml:15:29 ansible_port: a port is a number from 1 to 65535
            db1: {ansible_port: "ssh"…
                                ~~~~~
inventory/production/hosts.yml:15:36 "vars" cannot be the name of a variable
                                     … vars: …
                                       ~~~~
  variables stand directly beneath the host, or in the "vars" of a group
inventory/production/hosts.yml:16:1 "hosts" stands in no group
    hosts:
    ~~~~~
  put it beneath "all:"
inventory/production/group_vars/all.yml:1:1 a file of variables is a map: "name: value", one a line
inventory/production/group_vars/db.yml:1:1 the key "__proto__" is not allowed
    __proto__: …
    ~~~~~~~~~
  it means something else to JavaScript: give it another name
inventory/production/group_vars/db.yml:2:5 the key "constructor" is not allowed
    a: {constructor: …
        ~~~~~~~~~~~
  it means something else to JavaScript: give it another name
inventory/production/group_vars/db.yml:3:1 "postgres.image" cannot be the name of a variable
    postgres.image: …
    ~~~~~~~~~~~~~~
  a name has letters, digits, "_" and "-"; what belongs to a role stands in a map under its name
inventory/production/group_vars/wbe.yml:1:1 there is no group "wbe" in this inventory
  did you mean "web"?
inventory/production/host_vars/bd1.yml:1:1 there is no host "bd1" in this inventory
  did you mean "db1"?`,
  )
})

test('a folder of variables that cannot be looked into is no empty one', async () => {
  const says = (files: Files) => refused({ ...hosts(ONE), ...files })
  assert.equal(await says({ [`${P}group_vars`]: 'a: 1\n' }), `${P}group_vars:1:1 cannot look into this folder: it is no folder`)
  using here = folder(hosts(ONE))
  symlinkSync('nowhere', join(here.path, P, 'host_vars'))
  const result = await loadInventory(['production'], { cwd: here.path })
  assert.deepEqual(result.ok ? [] : result.error.map(printDiagnostic), [`${P}host_vars:1:1 cannot look into this folder: there is no such file`])
})

const cycles: readonly (readonly [text: string, says: RegExp])[] = [
  ['a: {children: {a: }}', /in a circle: a > a/],
  ['a: {children: {b: {children: {c: {children: {a: }}}}}}', /in a circle: \w > \w > \w > \w$/m],
  ['a: {children: {all: }}', /"all" cannot be within another group/],
  ['all: {hosts: {"web[1:10001]": }}', /more than 10000 hosts/],
  ['all: {hosts: {"a[1:6000]": , "b[1:6000]": }}', /more than 10000 hosts/],
]

for (const [text, says] of cycles) test(`fault 73: refuses ${text}`, async () => assert.match(await refused(hosts(text)), says))

const modules: readonly (readonly [what: string, text: string, outcome: string | RegExp])[] = [
  ['an object', 'export default { all: { hosts: { h: { ansible_port: 23 } } } }', 'h:23'],
  ['a function', 'export default () => ({ web: { hosts: { "h[1:2]": null }, vars: { ansible_port: 24, unset: undefined } } })', 'h1:24 h2:24'],
  ['an async function', 'export default async () => { await new Promise((done) => setTimeout(done, 5)); return { all: { hosts: { h: null } } } }', 'h:undefined'],
  ['no default', 'export const a = 1', /hosts.ts:1:1 this module has no default export/],
  ['one that throws', 'export default () => { throw new Error("no route to the cloud") }', /hosts.ts:1:1 this inventory failed: no route to the cloud/],
  ['one that does not parse', 'export default {', /hosts.ts:1:1 this inventory failed: /],
  ['a list', 'export default []', /an inventory is a map of groups/],
  ['a misspelt key', 'export default { all: { host: {} } }', /hosts.ts:1:1 unknown key "host" in all\n  did you mean "hosts"\?/],
  ['what is not data', 'export default { all: { vars: { a: () => 1, b: new Date(), c: NaN } } }', /not plain data/],
  ['a circle', 'const a: Record<string, unknown> = {}; a.b = a; export default { all: { vars: { a } } }', /nests deeper than 64/],
]

for (const [what, text, outcome] of modules) {
  test(`an inventory in TypeScript: ${what}`, async () => {
    const files = { [`${P}hosts.ts`]: text }
    if (typeof outcome !== 'string') assert.match(await refused(files), outcome)
    else assert.equal([...(await loaded(files)).hosts.values()].map(({ name, connection }) => `${name}:${connection.port}`).join(' '), outcome)
  })
}

test('fault 74: ten thousand hosts are read in seconds', { timeout: 30_000 }, async () => {
  const inventory = await loaded({ ...hosts('web: {hosts: {"web[1:10000]": {own: 1}}, vars: {a: 1}}'), [`${P}group_vars/all.yml`]: 'redis: {image: x}' })
  assert.equal(inventory.groups.get('web')?.hosts.length, 10_000)
  assert.deepEqual(inventory.hosts.get('web10000')?.vars.value, { a: 1, own: 1, redis: { image: 'x' } })
})
