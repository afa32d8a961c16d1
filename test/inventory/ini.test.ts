import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loaded, refused, summary } from './folder.ts'

const INI = 'inventory/production/hosts'
const YAML = 'inventory/production/hosts.yml'

const pairs: readonly (readonly [what: string, ini: string, yaml: string])[] = [
  ['nothing', '# nobody\n; yet\n\n', ''],
  ['hosts in no group', 'a\nb[1:2]\n', 'ungrouped: {hosts: {a: , "b[1:2]": }}'],
  [
    'groups, children and variables',
    `lonely
[web]
web[01:02].example.com ansible_port=2222   # two of them
[db]
db1 ansible_host=192.0.2.1
[eu:children]
web
db
[eu:vars]
region = eu-1
[all:vars]
ansible_user=root
`,
    `all: {vars: {ansible_user: root}}
ungrouped: {hosts: {lonely: }}
web: {hosts: {"web[01:02].example.com": {ansible_port: 2222}}}
db: {hosts: {db1: {ansible_host: 192.0.2.1}}}
eu: {children: {web: , db: }, vars: {region: eu-1}}
`,
  ],
  ['a port after the name', '[g]\nweb1:2222\nn[1:2]:23 a=1\n', 'g: {hosts: {"web1:2222": , "n[1:2]:23": {a: 1}}}'],
  ['kinds of values', '[g]\nh a=5 b=1.5 c=true d=False e=0755 f=1.10 g=text h=-3 i=', 'g: {hosts: {h: {a: 5, b: 1.5, c: true, d: false, e: "0755", f: "1.10", g: text, h: -3, i: ""}}}'],
  ['quotes', `[g]\nh a="5" b='two words' c="it's" d=x\\ y e='a#b' f=a#b g="q\\"q"`, `g: {hosts: {h: {a: "5", b: two words, c: "it's", d: x y, e: a#b, f: a#b, g: 'q"q'}}}`],
  ['JSON', `[g]\nh redis='{"image": "redis:7", "ports": [1, 2]}' a=["x"]\n[g:vars]\npostgres={"image": "postgres:16"}`, `g: {hosts: {h: {redis: {image: redis:7, ports: [1, 2]}, a: '[x]'}}, vars: {postgres: {image: postgres:16}}}`],
  ['variables of a group', '[g]\nh\n[g:vars]\na = 5 # five\nb="5"\nc = two words\nd=\'x # y\'\ne=a=b\nf=', 'g: {hosts: {h: }, vars: {a: 5, b: "5", c: two words, d: "x # y", e: a=b, f: ""}}'],
  ['comments behind variables', '[g]\nh\n[g:vars]\na = true # so\nb="x" # so\nc={"d": "e # f"}\ng = {"h": [1]} # so\ni=j#k', 'g: {hosts: {h: }, vars: {a: true, b: x, c: {d: "e # f"}, g: {h: [1]}, i: "j#k"}}'],
  ['CRLF and blanks', '[g]\r\n  h  a=1\t b=2 \r\n\r\n', 'g: {hosts: {h: {a: 1, b: 2}}}'],
  ['a section twice', '[g]\na\n[h]\nb\n[g]\nc\n', 'g: {hosts: {a: , b: , c: }}\nh: {hosts: {b: }}'],
]

for (const [what, ini, yaml] of pairs) {
  test(`INI says the same as YAML: ${what}`, async () => {
    const fromIni = summary(await loaded({ [INI]: ini }))
    const fromYaml = summary(await loaded({ [YAML]: yaml }))
    if (what !== 'a section twice') assert.deepEqual(fromIni, fromYaml)
    else assert.deepEqual(fromIni.groups.find((group) => group.name === 'g')?.hosts, ['a', 'c'])
  })
}

test('a host that is named before the first section, and in one, is in no group "ungrouped"', async () => {
  const inventory = await loaded({ [INI]: 'web1 ansible_host=192.0.2.1\nlone\n[web]\nweb1\n[ungrouped:vars]\na=1\n' })
  assert.deepEqual(summary(inventory).hosts.map(({ name, groups, vars }) => [name, groups, vars]), [['web1', ['all', 'web'], {}], ['lone', ['all', 'ungrouped'], { a: 1 }]])
  assert.deepEqual(inventory.groups.get('ungrouped')?.hosts, ['lone'])
})

test('a file called hosts may be YAML', async () => {
  const inventory = await loaded({ [INI]: '# comment\nall:\n  hosts:\n    a:\n' })
  assert.deepEqual([...inventory.hosts.keys()], ['a'])
  assert.deepEqual([...(await loaded({ [INI]: 'all: {hosts: {a: , b: }}\n' })).hosts.keys()], ['a', 'b'])
  assert.deepEqual([...(await loaded({ [INI]: 'a:2222 x=1\nb:23\n' })).hosts.keys()], ['a', 'b'])
})

const errors: readonly (readonly [ini: string, printed: string])[] = [
  ['[web\na\n', `${INI}:1:1 a section is [group], [group:vars] or [group:children]\n    [web\n    ~~~~`],
  ['[web:var]\na=1\n', `${INI}:1:1 a section is [group], [group:vars] or [group:children]\n    [web:var]\n    ~~~~~~~~~\n  did you mean "vars"?`],
  ['[web] kye=hunter22\na\n', `${INI}:1:1 a section is [group], [group:vars] or [group:children]`],
  ['[web]\na x\n', `${INI}:2:3 after the name of a host stand variables: name=value`],
  ['[web]\na x = 1\n', `${INI}:2:3 after the name of a host stand variables: name=value\n${INI}:2:5 after the name of a host stand variables: name=value\n  write it without blanks around "="\n${INI}:2:7 after the name of a host stand variables: name=value`],
  ['[web]\na x="1\n', `${INI}:2:3 a quote (") is opened and not closed`],
  ['[web]\na x=1 x=2\n', `${INI}:2:7 "x" is given twice\n        … x=…\n          ~\n  keep one of them`],
  ['[web]\na\n[eu:children]\nwbe\n', `${INI}:4:1 there is no group "wbe"\n    wbe\n    ~~~\n  did you mean "web"?`],
  ['[web]\na\n[wbe:vars]\nx=1\n', `${INI}:3:2 there is no group "wbe"\n    [wbe:vars]\n     ~~~\n  did you mean "web"?`],
  ['[web]\na\n[web:vars]\nx\n', `${INI}:4:1 expected "name = value"`],
  ['[a:children]\nb\n[b:children]\na\n[a]\n[b]\n', `${INI}:2:1 groups are within each other in a circle: a > b > a\n    b\n    ~\n  remove one of these children`],
  ['[web]\na ansible_prot=22\nb ansible_password=7\n', `${INI}:2:3 "ansible_prot" is not supported\n    … ansible_prot=…\n      ~~~~~~~~~~~~\n  did you mean "ansible_port"?\n${INI}:3:20 ansible_password: expected a string that is not empty: quote it when it is a number\n    … ansible_password=…\n                       ~`],
  ['[web]\npasword=hunter22\n', `${INI}:2:1 "pasword" is given a value where a name is expected\n    pasword=[secret]\n    ~~~~~~~\n  variables of a group stand beneath [web:vars], those of a host after its name`],
  ['[web]\na\n[web:vars]\nkye = hunt #er22\nb = #c\nd={"e": 1 #f\n', [[4, 12], [5, 5], [6, 11]].map(([line, column]) => `${INI}:${line}:${column} here "#" may begin a comment or belong to the text\n  quote the text; a comment may stand on a line of its own`).join('\n')],
  ['[web]\na\n[web:vars]\nkye = "hunt\\"er22"\nb=\'x\\\\y\' # z\nc=x\\y\nd="\n', [[4, 7], [5, 3]].map(([line, column]) => `${INI}:${line}:${column} a "\\" in quotes means something to Ansible, which is not read here\n  without quotes the text is taken as it stands`).join('\n')],
  ['#!/bin/sh\necho\n', `${INI}:1:1 scripts are not run as inventories\n    #!/bin/sh\n    ~\n  write it in TypeScript: export default async () => ({ all: { hosts: { … } } })`],
]

for (const [ini, printed] of errors) {
  test(`INI is refused: ${JSON.stringify(ini)}`, async () => assert.equal(await refused({ [INI]: ini }), printed))
}
