import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { misspeltVars, writtenVars } from '../../engine/inventory/misspelt.ts'
import { hosts, loaded } from './folder.ts'

test('a variable that is nearly named like a role is found, once, and others are let be', async () => {
  const inventory = await loaded(hosts('all:\n  hosts: {a: , b: {own: 1}}\n  vars: {postgers: {image: x}, redis: {}, region: eu}\n'), undefined, ['app_nme=x'])
  assert.equal(
    misspeltVars(inventory, new Set(['postgres', 'redis', 'app_name'])).map(printDiagnostic).join('\n'),
    `inventory/production/hosts.yml:3:10 no role and no param is called "postgers"
      vars: {postgers: …
             ~~~~~~~~
  did you mean "postgres"?
-e:1:1 no role and no param is called "app_nme"
    app_nme=…
    ~~~~~~~
  did you mean "app_name"?`,
  )
})

test('what a thousand hosts share is looked at once', async () => {
  const inventory = await loaded(hosts('web:\n  hosts: {"web[1:1000]": , one: {own: 1, region: us}, two: {ansible_port: 23}}\n  vars: {redis: {}, region: eu}\n'))
  assert.deepEqual([...writtenVars(inventory).values()].sort(), ['own', 'redis', 'region', 'region'])
})
