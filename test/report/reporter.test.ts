import assert from 'node:assert/strict'
import test from 'node:test'
import { clean } from '../../engine/report/clean.ts'
import { combine } from '../../engine/report/combine.ts'
import type { Event } from '../../engine/report/event.ts'
import { makeReporter } from '../../engine/report/handlers.ts'
import { Secret } from '../../engine/values/secret.ts'
import { everything, stamped, tell } from './fixture.ts'

test('a reporter that trips over an event goes on, and says so at the end', async () => {
  const seen: string[] = []
  const reporter = makeReporter((event) => {
    if (event.type === 'role') throw new Error('tripped')
    seen.push(event.type)
  })
  await assert.rejects(tell(reporter, everything()), /^Error: tripped$/)
  assert.equal(seen.at(-1), 'recap')
})

test('reporters do not get in each other\'s way', async () => {
  const seen: string[] = []
  const failing = (message: string) => makeReporter(() => {}, async () => Promise.reject(new Error(message)))
  const good = makeReporter((event) => void seen.push(event.type), async () => void seen.push('end'))
  await assert.rejects(tell(combine([failing('one'), good, failing('two')]), everything()), (error) => error instanceof AggregateError && error.message === 'one\ntwo')
  assert.equal(seen.length, everything().length + 1)
})

test('cleaning: secrets first, then control characters; the engine\'s own words stay', () => {
  const word = new Secret('failed')
  const bell = new Secret('be\x07ll')
  const [event] = stamped([{ type: 'task', host: 'a', role: 'r', task: word.reveal(), status: 'failed', changes: [`x ${bell.reveal()} \x1b[0m`], ms: 7 } satisfies Event])
  assert.deepEqual(event && clean(event), { type: 'task', host: 'a', role: 'r', task: '[secret]', status: 'failed', changes: ['x [secret] \\x1b[0m'], ms: 7, at: event?.at })
})
