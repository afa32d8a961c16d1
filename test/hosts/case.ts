import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Task } from '../../engine/tasks/task.ts'
import { ensureOn, onHost } from '../rig/lab-host.ts'
import { difference, manifest } from '../rig/manifest.ts'

/** A task on a real host, as data. */
export interface HostCase {
  readonly name: string
  /** Run on the host first: what the case needs to be there (or not to be). */
  readonly before?: readonly (readonly string[])[]
  readonly task: () => Task
  /** Run on the host to break it by hand. Empty: nothing that a hand could break. */
  readonly breakBy: readonly (readonly string[])[]
  /** Run at the end, so that the next case finds the host as this one did. */
  readonly restore?: readonly (readonly string[])[]
  /** Where the host's programs write on their own while this case runs. */
  readonly noise?: RegExp
}

/**
 * check → apply → apply → break by hand → check → apply: what check foretells is what apply does; check writes nothing; a second apply
 * changes nothing. Judged by the host's file tree, not by what the report says.
 */
export function hostCase(host: string, { name, before = [], task, breakBy, restore = [], noise }: HostCase, how: string): void {
  test(`${name} (${host}, ${how})`, async () => {
    const same = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>, what: string) =>
      assert.deepEqual(difference(a, b).filter((line) => !noise?.test(line)), [], what)
    const cycle = async (expectChange: boolean) => {
      const fresh = await manifest(host)
      const foretold = await ensureOn(host, [task()], { mode: 'check' })
      same(fresh, await manifest(host), 'check mode wrote something')
      const done = await ensureOn(host, [task()])
      assert.deepEqual(foretold, done, 'check foretold something else')
      if (expectChange) assert.notEqual(done[0]?.status, 'ok', 'there was something to do')
      const after = await manifest(host)
      assert.deepEqual((await ensureOn(host, [task()])).map(({ status, changes }) => [status, changes]), [['ok', []]], 'the second apply changed something')
      same(after, await manifest(host), 'the second apply wrote something')
    }
    for (const argv of before) onHost(host, argv)
    try {
      await cycle(true)
      for (const argv of breakBy) onHost(host, argv)
      if (breakBy.length > 0) await cycle(true)
    } finally {
      for (const argv of restore) onHost(host, argv)
    }
  })
}
