import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Mode } from '../../engine/report/event.ts'
import type { Task } from '../../engine/tasks/task.ts'
import type { ShellLink } from '../../engine/transport/shell/link.ts'
import { onHost, openLine, overLine } from '../rig/lab-host.ts'
import { difference, manifest } from '../rig/manifest.ts'

/** A task on a real host, as data. */
export interface HostCase {
  readonly name: string
  /** Run on the host first: what the case needs to be there (or not to be). */
  readonly before?: readonly (readonly string[])[]
  readonly task: () => Task
  /** Run on the host to break it by hand. Empty: nothing that a hand could break. */
  readonly breakBy: readonly (readonly string[])[]
  /** Further ways to break it, by name: each from where the one before was put right. Cheaper than a case each, where coming up is dear. */
  readonly alsoBreakBy?: Readonly<Record<string, readonly (readonly string[])[]>>
  /** Run at the end, so that the next case finds the host as this one did. */
  readonly restore?: readonly (readonly string[])[]
  /** Where the host's programs write on their own while this case runs. */
  readonly noise?: RegExp
}

// One line to each host in each mode for all cases: what a case is about is what a run knows of the host (nothing, each time), not the login.
const lines = new Map<string, Promise<ShellLink>>()
after(async () => {
  for (const line of lines.values()) await (await line).close()
})

async function ensureOn(name: string, task: Task, mode: Mode): Promise<{ status: string; changes: readonly string[] }[]> {
  const key = `${name} ${mode}`
  const line = lines.get(key) ?? openLine(name, { mode })
  lines.set(key, line)
  const { host, told } = overLine(name, await line, { mode })
  await host.ensure(task)
  return told()
}

/**
 * check → apply → apply → break by hand → check → apply: what check foretells is what apply does; check writes nothing; a second apply
 * changes nothing. Judged by the host's file tree, not by what the report says.
 */
export function hostCase(host: string, { name, before = [], task, breakBy, alsoBreakBy = {}, restore = [], noise }: HostCase, how: string): void {
  test(`${name} (${host}, ${how})`, async (t) => {
    const same = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>, what: string) =>
      assert.deepEqual(difference(a, b).filter((line) => !noise?.test(line)), [], what)
    const cycle = async () => {
      const fresh = await manifest(host)
      const foretold = await ensureOn(host, task(), 'check')
      same(fresh, await manifest(host), 'check mode wrote something')
      const done = await ensureOn(host, task(), 'apply')
      assert.deepEqual(foretold, done, 'check foretold something else')
      assert.notEqual(done[0]?.status, 'ok', 'there was something to do')
      const after = await manifest(host)
      assert.deepEqual((await ensureOn(host, task(), 'apply')).map(({ status, changes }) => [status, changes]), [['ok', []]], 'the second apply changed something')
      same(after, await manifest(host), 'the second apply wrote something')
    }
    for (const argv of before) onHost(host, argv)
    try {
      await cycle()
      for (const argv of breakBy) onHost(host, argv)
      if (breakBy.length > 0) await cycle()
      for (const [way, hands] of Object.entries(alsoBreakBy))
        await t.test(way, () => {
          for (const argv of hands) onHost(host, argv)
          return cycle()
        })
    } finally {
      for (const argv of restore) onHost(host, argv)
    }
  })
}
