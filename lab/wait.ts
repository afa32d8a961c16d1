import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from './error.ts'

/** Asks `done` until it says true. Throws LabError naming `what` after `limit` seconds. */
export async function waitUntil(what: string, limit: number, done: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + limit * 1000
  while (!(await done())) {
    if (Date.now() > end) throw new LabError(`waited ${limit} s in vain for: ${what}`)
    await sleep(50)
  }
}
