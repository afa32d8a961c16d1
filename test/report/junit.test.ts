import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import test from 'node:test'
import type { Event, Mode, Stamped } from '../../engine/report/event.ts'
import { createJunitFile } from '../../engine/report/junit.ts'
import { everything, stamped, tell } from './fixture.ts'
import { temporary } from './folder.ts'
import { parseXml, type Element } from './xml.ts'

async function junit(events: readonly Stamped[]): Promise<{ text: string; root: Element }> {
  using folder = temporary()
  const path = folder.file('junit.xml')
  await tell(createJunitFile(path), events)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const text = readFileSync(path, 'utf8')
  return { text, root: parseXml(text) }
}
const all = (element: Element, name: string): Element[] => element.children.flatMap((child) => (typeof child === 'string' ? [] : [...(child.name === name ? [child] : []), ...all(child, name)]))
const outcome = (element: Element | undefined): string => element?.children.map((child) => (typeof child === 'string' ? '' : child.name)).join() ?? 'none'

async function outcomes(mode: Mode): Promise<Map<string, string>> {
  const { root } = await junit(everything(mode))
  return new Map(all(root, 'testcase').map((each) => [`${each.attributes['classname']}: ${each.attributes['name']}`, outcome(each)]))
}

test('a case for each host and task, with what became of it', async () => {
  assert.deepEqual([...(await outcomes('apply'))], [
    ['lab1.postgres: postgres › directory /data/postgres', ''],
    ['lab1.postgres: postgres › file /opt/services/postgres/.env', 'system-out'],
    ['lab1.web: web › command migrate', 'system-out'],
    ['lab1.app: app', 'skipped'],
    ['lab2.postgres: postgres › user postgres', 'skipped'],
    ['lab2.postgres: postgres › compose /opt/services/postgres', 'failure'],
    ['db-primary.postgres: postgres › packages', 'error'],
    ['db-primary: connect', 'error'],
    ['lab4: connect', 'error'],
    ['engine: bug', 'failure'],
  ])
})

test('what check mode cannot foretell is skipped, not an error', async () => {
  assert.equal((await outcomes('check')).get('db-primary.postgres: postgres › packages'), 'skipped')
})

test('counts add up', async () => {
  const { root } = await junit(everything())
  assert.deepEqual({ ...root.attributes }, { name: 'deploy', tests: '10', failures: '2', errors: '3', skipped: '2', time: '64.460' })
  const suites = all(root, 'testsuite')
  assert.deepEqual(suites.map(({ attributes }) => attributes['name']), ['lab1', 'lab2', 'db-primary', 'lab4', 'lab5', 'engine'])
  for (const suite of suites) assert.equal(all(suite, 'testcase').length, Number(suite.attributes['tests']))
})

test('what is not as planned is a failure of its task', async () => {
  const { root } = await junit(stamped([{ type: 'plan', file: 'f', status: 'not-as-planned', message: 'm', differences: [{ host: 'a', role: 'r', task: 't', message: 'other content' }] }]))
  const [failure] = all(root, 'failure')
  assert.deepEqual({ ...failure?.attributes }, { type: 'not-as-planned', message: 'other content' })
})

test('what a host says cannot break the document', async () => {
  const evil = ']]><x a="1">&amp; \x00\x1b[31m \ud800 \ufffe "\'\n\tend'
  const events: Event[] = [
    { type: 'run', playbook: evil, mode: 'apply', inventory: [evil], hosts: ['a'], version: '1' },
    { type: 'task', host: 'a', role: evil, task: evil, status: 'failed', changes: [evil], ms: 1 },
    { type: 'failure', host: 'a', role: evil, task: evil, reason: 'command', message: evil, output: evil },
  ]
  const { text, root } = await junit(stamped(events))
  assert.deepEqual(all(root, 'x'), [])
  assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\ufffe\uffff]|\p{Surrogate}/u)
})
