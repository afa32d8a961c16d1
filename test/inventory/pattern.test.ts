import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { selectHosts } from '../../engine/inventory/pattern.ts'
import type { Inventory } from '../../engine/inventory/types.ts'
import { folder, hosts, loaded } from './folder.ts'

let inventory: Inventory
before(async () => {
  inventory = await loaded(
    hosts(`
all:
  children:
    web: {hosts: {"web[1:4]": }}
    db: {hosts: {db1: , db2: }}
    prod: {hosts: {web1: , web2: , db1: }}
    stage: {hosts: {web3: , web4: , db2: }}
    empty:
  hosts: {lone.example.com: }
`),
  )
})

/** Each row as Ansible has it: what is between names, and in which order the hosts come. */
const rows: readonly (readonly [pattern: string, names: string])[] = [
  ['all', 'web1 web2 web3 web4 db1 db2 lone.example.com'],
  ['*', 'web1 web2 web3 web4 db1 db2 lone.example.com'],
  ['web', 'web1 web2 web3 web4'],
  ['web1', 'web1'],
  ['ungrouped', 'lone.example.com'],
  ['empty', ''],
  ['web1,db1', 'web1 db1'],
  ['db1,web1', 'db1 web1'],
  ['web1:db1', 'web1 db1'],
  [' web1 , db1 ', 'web1 db1'],
  ['web1,', 'web1'],
  ['web1,web1,web', 'web1 web2 web3 web4'],
  ['web:&prod', 'web1 web2'],
  ['&prod:web', 'web1 web2'],
  ['web:db:&prod', 'web1 web2 db1'],
  ['web:&prod:db', 'web1 web2 db1'],
  ['&prod', 'web1 web2 db1'],
  ['web:!prod', 'web3 web4'],
  ['!prod:web', 'web3 web4'],
  ['!prod,web', 'web3 web4'],
  ['!prod', 'web3 web4 db2 lone.example.com'],
  ['!prod:!stage', 'lone.example.com'],
  ['all:&web:!stage', 'web1 web2'],
  ['!web1:web1', ''],
  ['web:&db', ''],
  ['web*', 'web1 web2 web3 web4'],
  ['w*', 'web1 web2 web3 web4'],
  ['*1', 'web1 db1'],
  ['?b?', 'db1 db2'],
  ['web[!12]*', 'web3 web4'],
  ['*[ab]1', 'web1 db1'],
  ['*.example.com', 'lone.example.com'],
  ['nothing*', ''],
  ['pr*', 'web1 web2 db1'],
  ['WEB*', ''],
  ['~web\\d', 'web1 web2 web3 web4'],
  ['~(web|db)1', 'web1 db1'],
  ['~web[12],db1', 'web1 web2 db1'],
  ['~b', ''],
  ['~.*b1', 'web1 db1'],
  ['~w.{1,2}1', 'web1'],
  ['all:!~web', 'db1 db2 lone.example.com'],
  ['web[0]', 'web1'],
  ['web[-1]', 'web4'],
  ['web[1:2]', 'web2 web3'],
  ['web[1-2]', 'web2 web3'],
  ['web[2:]', 'web3 web4'],
  ['web[0:0]', 'web1'],
  ['web[9]', ''],
  ['web[2:99]', 'web3 web4'],
  ['web[0],db[0]', 'web1 db1'],
  ['web[1:2]:db[0]', 'web2 web3 db1'],
  ['web*[0]', 'web1'],
  ['prod[0]:&web', 'web1'],
]

for (const [pattern, names] of rows) {
  test(`${pattern} means ${names === '' ? 'nobody' : names}`, () => {
    const result = selectHosts(inventory, pattern)
    assert.equal(result.ok ? result.value.map((host) => host.name).join(' ') : result.error.map(printDiagnostic).join('\n'), names)
  })
}

const errors: readonly (readonly [pattern: string, printed: string])[] = [
  ['', '--limit:1:1 the pattern is empty\n    \n    ~\n  "all" means all hosts'],
  [' , ', '--limit:1:1 the pattern is empty\n     , \n    ~~~\n  "all" means all hosts'],
  ['wbe', '--limit:1:1 there is no host or group "wbe"\n    wbe\n    ~~~\n  did you mean "web"?'],
  ['web,!wbe1,&prd', '--limit:1:11 there is no host or group "prd"\n    web,!wbe1,&prd\n              ~~~~\n  did you mean "prod"?\n--limit:1:5 there is no host or group "wbe1"\n    web,!wbe1,&prd\n        ~~~~~\n  did you mean "web1"?'],
  ['wbe[0]', '--limit:1:1 there is no host or group "wbe"\n    wbe[0]\n    ~~~~~~\n  did you mean "web"?'],
  ['web:!prod,db', '--limit:1:1 there is no host or group "web:!prod"\n    web:!prod,db\n    ~~~~~~~~~\n  where there is a comma, ":" does not separate: use one of them throughout'],
  ['~web(', '--limit:1:1 this is not a regular expression\n    ~web(\n    ~~~~~'],
  [`~${'a'.repeat(300)}`, '--limit:1:1 a regular expression has at most 256 characters'],
  ['@', '--limit:1:1 after "@" stands a file\n    @\n    ~'],
  ['@/nowhere/to/be/found', '--limit:1:1 cannot read this file: there is no such file\n    @/nowhere/to/be/found\n    ~~~~~~~~~~~~~~~~~~~~~'],
]

for (const [pattern, printed] of errors) {
  test(`${JSON.stringify(pattern.slice(0, 40))} is refused`, () => {
    const result = selectHosts(inventory, pattern, '--limit')
    assert.equal(result.ok ? 'not refused' : result.error.map(printDiagnostic).join('\n'), printed)
  })
}

test('@file names hosts and groups, one a line', () => {
  using here = folder({ retry: '# failed\nweb2\n\n  db1\r\nstage\n', typo: 'web1\nwbe2\n' })
  const good = selectHosts(inventory, `@${join(here.path, 'retry')}:!web3`)
  assert.deepEqual(good.ok && good.value.map((host) => host.name), ['web2', 'db1', 'web4', 'db2'])
  const bad = selectHosts(inventory, `@${join(here.path, 'typo')}`)
  assert.equal(bad.ok ? '' : bad.error.map(printDiagnostic).join('\n').replace(/^.*typo/, 'typo'), 'typo:2:1 there is no host or group "wbe2"\n    wbe2\n    ~~~~\n  did you mean "web2"?')
})

for (const pattern of ['~(w+)+$x', '~(.*)*(.*)*(.*)*!', `~${'(e*)*'.repeat(40)}x`, '*'.repeat(200) + 'x', '*w'.repeat(100) + 'x']) {
  test(`a hostile expression is given up in time: ${pattern.slice(0, 20)}`, async () => {
    const long = await loaded(hosts(`all: {hosts: {${'w'.repeat(250)}: }}`))
    const begin = performance.now()
    selectHosts(long, pattern)
    assert.ok(performance.now() - begin < 5_000)
  })
}
