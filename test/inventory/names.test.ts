import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expandHosts } from '../../engine/inventory/names.ts'

const good: readonly (readonly [pattern: string, names: string, port?: number])[] = [
  ['web1', 'web1'],
  ['web1.example.com', 'web1.example.com'],
  ['10.0.0.1', '10.0.0.1'],
  ['web[1:3]', 'web1 web2 web3'],
  ['web[01:03].example.com', 'web01.example.com web02.example.com web03.example.com'],
  ['web[08:11]', 'web08 web09 web10 web11'],
  ['web[:2]', 'web0 web1 web2'],
  ['db-[a:c]', 'db-a db-b db-c'],
  ['db-[y:B]', 'db-y db-z db-A db-B'],
  ['n[1:9:2]', 'n1 n3 n5 n7 n9'],
  ['n[1:9:4]', 'n1 n5 n9'],
  ['r[1:2]h[a:b]', 'r1ha r1hb r2ha r2hb'],
  ['web1:2222', 'web1', 2222],
  ['web[1:2]:2222', 'web1 web2', 2222],
]

for (const [pattern, names, port] of good) {
  test(`${pattern} is ${names}`, () => {
    assert.deepEqual(expandHosts(pattern), { ok: true, value: { names: names.split(' '), ...(port === undefined ? {} : { port }) } })
  })
}

const bad: readonly (readonly [pattern: string, why: RegExp])[] = [
  ['', /a name has only/],
  ['-web', /a name has only/],
  ['.web', /a name has only/],
  ['../etc', /a name has only/],
  ['web 1', /a name has only/],
  ['web;reboot', /a name has only/],
  ['$(id)', /a name has only/],
  ["web'1", /a name has only/],
  ['web\n1', /a name has only/],
  ['wéb', /a name has only/],
  ['a'.repeat(254), /a name has only/],
  ['a'.repeat(2000), /at most 253/],
  ['__proto__', /reserved/],
  ['constructor', /reserved/],
  ['valueOf', /reserved/],
  ['user@web1', /a name has only/],
  ['::1', /a port|a name/],
  ['web1:0', /from 1 to 65535/],
  ['web1:70000', /from 1 to 65535/],
  ['web[1:]', /a range is written/],
  ['web[1]', /a range is written/],
  ['web[1:2', /a name has only/],
  ['web[1:9:0]', /a range is written/],
  ['web[5:1]', /upwards/],
  ['web[1:c]', /from a number to a number/],
  ['web[001:20]', /equally long: \[001:020\]/],
  ['web[1:10001]', /more than 10000/],
  ['web[1:999999999]', /more than 10000/],
  ['a[1:200]b[1:200]', /more than 10000/],
]

for (const [pattern, why] of bad) {
  test(`fault 75: ${JSON.stringify(pattern.slice(0, 30))} names no host`, () => {
    const result = expandHosts(pattern)
    assert.equal(result.ok, false)
    assert.match(result.ok ? '' : result.error, why)
  })
}
