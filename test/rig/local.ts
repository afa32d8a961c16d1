import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Host, type HostServices } from '../../engine/host/host.ts'
import { HostModel } from '../../engine/host/model.ts'
import type { HostContext } from '../../engine/host/context.ts'
import type { Event, Mode } from '../../engine/report/event.ts'
import type { Task } from '../../engine/tasks/task.ts'
import { connectLocal } from '../../engine/transport/local/connect.ts'
import { ShellLink } from '../../engine/transport/shell/link.ts'

/** This machine as a host, with a directory of its own to work in. Gone with everything when the test ends: `await using`. */
export interface LocalHost extends AsyncDisposable {
  /** Empty at first. */
  readonly directory: string
  /** What the engine told, in order. */
  readonly events: Event[]
  /** A host as roles see it, with a model that knows nothing yet: as in a run of its own. */
  host(mode?: Mode, more?: Partial<HostContext>): Host
}

const alone: HostServices = {
  selected: () => true, about: () => Promise.resolve({ by: 'test', revision: '' }), store: () => undefined, undone: () => {},
  once: (_key, _host, work) => work(),
  inventory: () => [], other: (name) => Promise.reject(new Error(`there is no other host here: ${name}`)),
}

/**
 * Opens a shell on this machine. No lock is taken: tests work in directories of their own.
 *
 * @example
 * await using local = await localHost()
 * await local.host().ensure(link({ path: `${local.directory}/a`, target: 'b' }))
 */
export async function localHost(): Promise<LocalHost> {
  const opened = await ShellLink.open(connectLocal())
  if (!opened.ok) throw new Error(opened.error.message)
  const { link } = opened
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'hostwright-test-')))
  const events: Event[] = []
  return {
    directory,
    events,
    host: (mode = 'apply', more = {}) => hostOver(link, mode, (event) => void events.push(event), more),
    [Symbol.asyncDispose]: async () => {
      await link.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A host as roles see it, behind this link, with a model that knows nothing yet. */
export function hostOver(link: ShellLink, mode: Mode = 'apply', emit: (event: Event) => void = () => {}, more: Partial<HostContext> = {}): Host {
  const context: HostContext = {
    host: 'local',
    mode,
    diff: false,
    model: new HostModel(),
    emit,
    link,
    reconnect: () => Promise.resolve(undefined),
    beside: () => Promise.resolve({ ok: false, error: { reason: 'refused', message: 'there is one line only' } }),
    checkStopped: () => {},
    ...more,
  }
  return new Host({ name: 'local', address: 'localhost', groups: [] }, context, alone, 'test', [], { last: Promise.resolve() })
}

/**
 * A task on this machine, as on any host: the run does what check foretold, and after it nothing is left to do.
 * Gives the sentences of what was done.
 */
export async function foretoldAndDone(local: LocalHost, task: Task): Promise<readonly string[]> {
  const [foretold] = await local.host('check').ensure(task)
  const [done] = await local.host().ensure(task)
  assert.deepEqual(done.changes, foretold.changes, 'the run did what check foretold')
  const [again] = await local.host().ensure(task)
  assert.deepEqual(again.changes, [], 'a second run has nothing to do')
  return done.changes
}
