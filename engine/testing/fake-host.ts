import type { Fact } from '../facts/fact.ts'
import type { Change } from '../tasks/change.ts'
import type { Act, Acted, ActEvents, Link, Looked } from '../transport/link.ts'
import { MemoryLink } from '../transport/memory/link.ts'

/** What an act of a host in memory is to come to, instead of working. */
export type Fate =
  | { readonly kind: 'works' }
  /** The line dies when this change of this task begins; `half`: it is done all the same. */
  | { readonly kind: 'dies'; readonly task: number; readonly change?: number; readonly half?: boolean }
  | { readonly kind: 'fails'; readonly task: number; readonly change?: number; readonly says?: string }
  | { readonly kind: 'drifts'; readonly task: number }

/** What a host is about to do for a line: let it in (`reopen`: in place of one that broke), look, work, tell what came of that, let it go. */
export type Moment = 'open' | 'reopen' | 'look' | 'act' | 'answer' | 'close'

/** A host in memory that outlives its lines, with a fate for each act to come, and a record of what was asked. */
export class FakeHost {
  readonly memory: MemoryLink
  readonly fates: Fate[] = []
  /** How many more lines can be opened. */
  lines = Infinity
  /** How many it holds: from when one is let in until it has let it go. */
  held = 0
  /** Looks and acts that it is at. */
  #busy = 0
  readonly #links: FakeLink[] = []
  /** How many lines it ever held at once, and how much was asked of it at once. */
  readonly most = { held: 0, asked: 0 }
  readonly acts: Act[] = []
  readonly looks: (readonly Fact<unknown>[])[] = []
  /** Called before each of these: to move the host under the engine, or to hold it up. */
  before: (what: Moment) => Promise<void> | void = () => {}

  constructor(name: string, facts: readonly (readonly [Fact<unknown>, unknown])[] = []) {
    this.memory = new MemoryLink(name, facts)
  }

  get turns(): number {
    return this.acts.length + this.looks.length
  }

  /** Its lines break; nobody has noticed yet. */
  drop(): void {
    for (const link of this.#links) link.alive = false
  }

  /** It is at this for a line. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.most.asked = Math.max(this.most.asked, ++this.#busy)
    try {
      return await work()
    } finally {
      this.#busy--
    }
  }

  /** Somebody else changes the host. */
  async changeBy(...changes: readonly Change[]): Promise<void> {
    await this.memory.act({ tasks: [{ title: 'somebody else', changes, guards: [] }], facts: [] })
  }

  /** `ahead`: read while the line is opened. */
  link(ahead: readonly Fact<unknown>[] = []): Link {
    const link = new FakeLink(this, ahead)
    this.#links.push(link)
    return link
  }
}

class FakeLink implements Link {
  readonly #host: FakeHost
  turns = 0
  readonly bytesSent = 0
  acted = false
  alive = true
  #closed = false

  readonly ahead?: Promise<Looked>

  constructor(host: FakeHost, ahead: readonly Fact<unknown>[]) {
    this.#host = host
    host.most.held = Math.max(host.most.held, ++host.held)
    if (ahead.length > 0) this.ahead = this.look(ahead)
  }

  get target(): string {
    return this.#host.memory.target
  }

  look(facts: readonly Fact<unknown>[]): Promise<Looked> {
    return this.#host.busy(() => this.#look(facts))
  }

  act(act: Act, on: ActEvents = {}): Promise<Acted> {
    return this.#host.busy(() => this.#act(act, on))
  }

  async #look(facts: readonly Fact<unknown>[]): Promise<Looked> {
    this.turns++
    await this.#host.before('look')
    if (!this.alive) return { kind: 'lost', error: GONE }
    this.#host.looks.push(facts)
    const looked = await this.#host.memory.look(facts)
    await this.#host.before('answer')
    return looked
  }

  async #act(act: Act, on: ActEvents): Promise<Acted> {
    this.turns++
    this.acted = true
    await this.#host.before('act')
    if (!this.alive) return { kind: 'lost', task: 0, change: 0, error: GONE }
    this.#host.acts.push(act)
    const acted = await this.#fated(act, on)
    await this.#host.before('answer')
    return acted
  }

  async #fated(act: Act, on: ActEvents): Promise<Acted> {
    const fate = this.#host.fates.shift() ?? { kind: 'works' }
    if (fate.kind === 'works') return this.#host.memory.act(act, on)
    const [task, change] = [fate.task, 'change' in fate ? (fate.change ?? 0) : 0]
    const done = act.tasks.slice(0, task)
    const begun = act.tasks[task]
    const within = begun?.changes.slice(0, change + (fate.kind === 'dies' && fate.half ? 1 : 0)) ?? []
    await this.#host.memory.act({ tasks: [...done, ...(begun ? [{ ...begun, changes: within }] : [])], facts: [] }, on)
    switch (fate.kind) {
      case 'dies':
        this.alive = false
        return { kind: 'lost', task, change, error: GONE }
      case 'fails':
        return { kind: 'failed', task, change, failure: { code: 1, stdout: Buffer.alloc(0), stderr: Buffer.from(fate.says ?? ''), command: 'it', timedOut: false } }
      case 'drifts':
        return { kind: 'drifted', task }
    }
  }

  async close(): Promise<void> {
    this.alive = false
    if (this.#closed) return
    this.#closed = true
    await this.#host.before('close')
    this.#host.held--
  }
}

const GONE = { reason: 'lost', message: 'the line is gone' } as const
