import assert from 'node:assert/strict'
import fc from 'fast-check'
import { command } from '../../engine/actions/command.ts'
import { path } from '../../engine/facts/path.ts'
import type { Host } from '../../engine/host/host.ts'
import { readUnfinished, writeUnfinished } from '../../engine/cli/resume.ts'
import { directory } from '../../engine/tasks/directory.ts'
import type { Mode } from '../../engine/report/event.ts'
import type { FakeHost } from '../../engine/testing/fake-host.ts'
import { role, runInMemory, type MemoryRun } from '../rig/memory-run.ts'

// A run from the first line to the record that --resume reads, as a machine that is told what happens next:
//
//   idle ──start──▶ running ──(task, action, drop, cut, interrupt, fail, leave)──▶ running ──end──▶ idle, with a record
//                      └────────────────────────────crash─────────────────────────────────────────▶ idle, with that of the start

const NAMES = ['a', 'b', 'c'] as const
type Name = (typeof NAMES)[number]
const DIRECTORIES = ['/x', '/y', '/z'] as const
const SOURCES = ['hosts']

/** What becomes of an act: it is done, it fails, or the line breaks in it, with the work done or not; `goes`: and the host is not found again. */
type Fate = 'works' | 'fails' | `${'breaks' | 'goes'}, ${'done' | 'not done'}`

/** What a host is at in a run: waits to be told what to do, came to its end, failed, was lost, or was stopped. */
type At = 'waits' | 'done' | 'failed' | 'lost' | 'stopped'

interface ModelRun {
  readonly mode: Mode
  readonly at: Map<Name, At>
  /** What the run knows of a host without asking. */
  readonly known: Map<Name, Set<string>>
  readonly told: string[]
  interrupted: boolean
}

/** What must be so. */
export class Model {
  readonly made = new Map<Name, Set<string>>(NAMES.map((name) => [name, new Set()]))
  readonly reachable = new Set<Name>(NAMES)
  readonly broken = new Set<Name>()
  record: readonly Name[] | undefined
  run: ModelRun | undefined
  /** What the runs ended with, so far. */
  readonly exits: number[] = []

  /** The contract of docs/events.md. */
  exit({ at, told, interrupted, mode }: ModelRun): number {
    const some = (state: At) => [...at.values()].includes(state)
    if (mode === 'apply' && told.some((each) => each.includes(' unknown '))) return 7
    if (interrupted) return 130
    if (some('failed')) return 2
    if (some('lost')) return 4
    return mode === 'check' && told.some((each) => each.includes(' changed ')) ? 6 : 0
  }
}

type Wish = (host: Host) => PromiseLike<unknown>

/** The engine, with hosts in memory. Each host does what it is told, and waits for more. */
export class Machine {
  readonly hosts: ReadonlyMap<string, FakeHost>
  readonly #cwd: string
  readonly #waiting = new Map<string, (wish: Wish | undefined) => void>()
  #run: Promise<MemoryRun> | undefined
  #interrupts = (_: string) => {}
  #mode: Mode = 'apply'

  constructor(hosts: ReadonlyMap<string, FakeHost>, cwd: string) {
    this.hosts = hosts
    this.#cwd = cwd
  }

  fake(name: Name): FakeHost {
    const fake = this.hosts.get(name)
    assert.ok(fake)
    return fake
  }

  /** What --resume would take. */
  async resumable(): Promise<string | undefined> {
    const read = await readUnfinished(this.#cwd, 'machine', SOURCES)
    return read.ok ? read.value.join(',') : undefined
  }

  async start(limit: string, mode: Mode): Promise<void> {
    const driven = role('driven', async (host) => {
      for (;;) {
        const wish = await new Promise<Wish | undefined>((resolve) => this.#waiting.set(host.name, resolve))
        if (wish === undefined) return
        await wish(host)
      }
    })
    if (mode === 'apply') await writeUnfinished(this.#cwd, 'machine', SOURCES, limit.split(','))
    this.#mode = mode
    const interrupt = new Promise<string>((resolve) => (this.#interrupts = resolve))
    this.#run = runInMemory(this.hosts, [{ name: 'p', hosts: 'all', roles: [driven] }], { limit, mode, interrupt, detailedExitcode: true })
    await calm()
  }

  /** A host does this, as far as it comes. */
  async tell(name: Name, wish: Wish | undefined): Promise<void> {
    const next = this.#waiting.get(name)
    assert.ok(next, `${name} waits for nothing`)
    this.#waiting.delete(name)
    next(wish)
    await calm()
  }

  async interrupt(): Promise<void> {
    this.#interrupts('SIGINT')
    await calm()
  }

  /** What still waits comes to its end. `crashed`: nobody is left who writes down how it went. */
  async end(crashed = false): Promise<MemoryRun> {
    assert.ok(this.#run)
    for (const name of [...this.#waiting.keys()]) {
      this.#waiting.get(name)?.(undefined)
      this.#waiting.delete(name)
    }
    const run = await this.#run
    this.#run = undefined
    if (!crashed && this.#mode === 'apply') await writeUnfinished(this.#cwd, 'machine', SOURCES, run.unfinished)
    return run
  }

  /** Whatever it is at is left there. */
  async leave(): Promise<void> {
    if (this.#run) await this.end(true)
  }

  /** Which of the directories are there. */
  async made(name: Name): Promise<string[]> {
    const looked = await this.fake(name).memory.look(DIRECTORIES.map((each) => path(each)))
    assert.equal(looked.kind, 'seen')
    return DIRECTORIES.filter((each) => looked.kind === 'seen' && JSON.stringify(looked.values.get(path(each).key)).includes('"directory"'))
  }
}

/** Nothing moves by itself any more: all that is in memory is done within a few turns of the event loop. */
async function calm(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}

type Command = fc.AsyncCommand<Model, Machine>
const commandOf = (title: string, check: (model: Model) => boolean, run: (model: Model, machine: Machine) => Promise<void>): Command => ({ check, run, toString: () => title })

const waits = ({ run }: Model, name: Name): boolean => run?.at.get(name) === 'waits'

function start(resume: boolean, mode: Mode): Command {
  return commandOf(`${resume ? 'resume' : 'start'} (${mode})`, ({ run, record }) => run === undefined && (!resume || (record ?? []).length > 0), async (model, machine) => {
    const names = resume ? (model.record ?? []) : NAMES
    if (resume) assert.equal(await machine.resumable(), names.join(','))
    if (mode === 'apply') model.record = names
    model.broken.clear()
    model.run = { mode, at: new Map(names.map((name) => [name, model.reachable.has(name) ? 'waits' : 'lost'])), known: new Map(names.map((name) => [name, new Set()])), told: [], interrupted: false }
    await machine.start(names.join(','), mode)
  })
}

/** The line is found again, or the host is lost: what every question to a host begins with. True when it is there. */
function answers(model: Model, run: ModelRun, name: Name): boolean {
  if (!model.broken.has(name)) return true
  if (model.reachable.has(name)) return model.broken.delete(name)
  run.at.set(name, 'lost')
  return false
}

/** The host goes before it is asked for anything more: the line is not to be opened again. */
function goes(model: Model, machine: Machine, name: Name, fate: Fate): void {
  if (!fate.startsWith('goes')) return
  model.reachable.delete(name)
  machine.fake(name).lines = 0
}

/** What the line does when it breaks in an act: found again, or not. */
function breaks(model: Model, run: ModelRun, name: Name, title: string): boolean {
  if (model.reachable.has(name)) return true
  run.told.push(`${name} unknown ${title}`)
  run.at.set(name, 'lost')
  return false
}

function ensure(name: Name, directoryPath: (typeof DIRECTORIES)[number], fate: Fate): Command {
  const title = `directory ${directoryPath}`
  return commandOf(`${name} ${title}: ${fate}`, (model) => waits(model, name), async (model, machine) => {
    const { run } = model
    const [made, known] = [model.made.get(name), run?.known.get(name)]
    assert.ok(run && made && known)
    goes(model, machine, name, fate)
    const half = fate.endsWith(', done')
    const tell = async (...fates: FakeHost['fates']) => {
      machine.fake(name).fates.splice(0, Infinity, ...fates)
      await machine.tell(name, (host) => host.ensure(directory({ path: directoryPath })))
    }
    const told = (status: string) => void run.told.push(`${name} ${status} ${title}`)
    if (run.interrupted) {
      run.at.set(name, 'stopped')
      return tell()
    }
    // What is known is not asked again: not even over a line that is broken.
    if (!known.has(directoryPath) && !answers(model, run, name)) return tell()
    const there = made.has(directoryPath) || (run.mode === 'check' && known.has(directoryPath))
    known.add(directoryPath)
    if (there || run.mode === 'check') {
      told(there ? 'ok' : 'changed')
      return tell()
    }
    if (fate === 'fails') {
      told('failed')
      run.at.set(name, 'failed')
      return tell({ kind: 'fails', task: 0 })
    }
    if (fate !== 'works' && !breaks(model, run, name, title)) {
      if (half) made.add(directoryPath)
      return tell({ kind: 'dies', task: 0, half })
    }
    made.add(directoryPath)
    told('changed')
    return tell(...(fate === 'works' ? [] : [{ kind: 'dies', task: 0, half } as const]))
  })
}

function act(name: Name, fate: Fate): Command {
  return commandOf(`${name} command true: ${fate}`, (model) => waits(model, name) && model.run?.mode === 'apply', async (model, machine) => {
    const { run } = model
    assert.ok(run)
    goes(model, machine, name, fate)
    const tell = async (...fates: FakeHost['fates']) => {
      machine.fake(name).fates.splice(0, Infinity, ...fates)
      await machine.tell(name, (host) => host.run(command({ argv: ['true'] })))
    }
    if (run.interrupted) run.at.set(name, 'stopped')
    else if (answers(model, run, name)) {
      run.known.get(name)?.clear()
      // Never repeated: whether the host is found again makes no difference.
      const [status, at] = fate === 'works' ? (['changed', 'waits'] as const) : fate === 'fails' ? (['failed', 'failed'] as const) : (['unknown', 'lost'] as const)
      run.told.push(`${name} ${status} command true`)
      run.at.set(name, at)
      if (fate === 'fails') return tell({ kind: 'fails', task: 0 })
      if (fate !== 'works') return tell({ kind: 'dies', task: 0 })
    }
    return tell()
  })
}

const drop = (name: Name): Command => commandOf(`the line to ${name} breaks`, (model) => waits(model, name), async (model, machine) => {
  model.broken.add(name)
  machine.fake(name).drop()
})

const reach = (name: Name, can: boolean): Command => commandOf(`${name} can ${can ? '' : 'not '}be reached`, () => true, async (model, machine) => {
  model.reachable[can ? 'add' : 'delete'](name)
  machine.fake(name).lines = can ? Infinity : 0
})

const interrupt: Command = commandOf('Ctrl-C', ({ run }) => run?.interrupted === false && [...run.at.values()].includes('waits'), async ({ run }, machine) => {
  if (run) run.interrupted = true
  await machine.interrupt()
})

const fail = (name: Name): Command => commandOf(`${name} fails`, (model) => waits(model, name), async ({ run }, machine) => {
  run?.at.set(name, 'failed')
  run?.told.push(`${name} failed fail`)
  await machine.tell(name, async (host) => host.fail('it is not well'))
})

const leave = (name: Name): Command => commandOf(`${name} comes to its end`, (model) => waits(model, name), async ({ run }, machine) => {
  run?.at.set(name, 'done')
  await machine.tell(name, undefined)
})

const end: Command = commandOf('the end', ({ run }) => run !== undefined, async (model, machine) => {
  const { run } = model
  assert.ok(run)
  for (const [name, at] of run.at) if (at === 'waits') run.at.set(name, 'done')
  const unfinished = NAMES.filter((name) => run.at.has(name) && run.at.get(name) !== 'done')
  if (run.mode === 'apply') model.record = unfinished
  model.run = undefined
  const ended = await machine.end()
  assert.deepEqual([...ended.unfinished].sort(), unfinished)
  assert.deepEqual(ended.told, run.told)
  assert.equal(ended.recap.exit, model.exit(run))
  model.exits.push(ended.recap.exit)
  assert.deepEqual(Object.entries(ended.recap.hosts).filter(([, host]) => host.unreachable > 0).map(([name]) => name).sort(), NAMES.filter((name) => run.at.get(name) === 'lost'))
  assert.equal(await machine.resumable(), model.record === undefined || model.record.length === 0 ? undefined : model.record.join(','))
  for (const name of NAMES) {
    assert.deepEqual(await machine.made(name), DIRECTORIES.filter((each) => model.made.get(name)?.has(each)), name)
    assert.equal(machine.fake(name).held, 0, `the line to ${name} is still held`)
  }
})

/** In the middle of an act of one of them, done by the host or not. */
const crash = (name: Name, directoryPath: (typeof DIRECTORIES)[number], done: boolean): Command => commandOf(`the controller dies at ${name} ${directoryPath}, ${done ? '' : 'not '}done`, (model) => waits(model, name), async (model, machine) => {
  const { run } = model
  assert.ok(run)
  const reached = !run.interrupted && run.mode === 'apply' && (!model.broken.has(name) || model.reachable.has(name))
  if (reached && done) model.made.get(name)?.add(directoryPath)
  machine.fake(name).fates.splice(0, Infinity, { kind: 'dies', task: 0, half: done }, { kind: 'dies', task: 0 })
  await machine.tell(name, (host) => host.ensure(directory({ path: directoryPath })))
  model.run = undefined
  await machine.end(true)
  machine.fake(name).fates.splice(0)
})

const Name = fc.constantFrom(...NAMES)
const Directory = fc.constantFrom(...DIRECTORIES)
const SomeFate = fc.constantFrom<Fate[]>('works', 'works', 'works', 'fails', 'breaks, done', 'breaks, not done', 'goes, done', 'goes, not done')

/** What may happen next. */
export const commands: readonly fc.Arbitrary<Command>[] = [
  fc.constantFrom<Mode[]>('apply', 'apply', 'check').map((mode) => start(false, mode)),
  fc.constantFrom<Mode[]>('apply', 'apply', 'check').map((mode) => start(true, mode)),
  fc.tuple(Name, Directory, SomeFate).map((each) => ensure(...each)),
  fc.tuple(Name, Directory, SomeFate).map((each) => ensure(...each)),
  fc.tuple(Name, SomeFate).map((each) => act(...each)),
  Name.map(drop),
  fc.tuple(Name, fc.boolean()).map((each) => reach(...each)),
  fc.constant(interrupt),
  Name.map(fail),
  Name.map(leave),
  fc.constant(end),
  fc.tuple(Name, Directory, fc.boolean()).map((each) => crash(...each)),
]
