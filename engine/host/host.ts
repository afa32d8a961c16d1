import type { Action, ActionResult } from '../actions/action.ts'
import { Unreadable, type Fact } from '../facts/fact.ts'
import type { StoreSettings } from '../secrets/settings.ts'
import type { Task } from '../tasks/task.ts'
import { noteAsked } from '../tasks/unused.ts'
import { actOnce } from './act-once.ts'
import { checkAction, checkTasks, checkText } from './check-asked.ts'
import type { HostContext } from './context.ts'
import { converge } from './converge.ts'
import { HostLost, Stopped, TaskFailed } from './failure.ts'
import { learn } from './learn.ts'
import { placeOf } from './origin.ts'
import type { TaskResult } from './outcomes.ts'
import { retrying, type Retries } from './retry.ts'
import { ensureGuarded } from './safeguard/guarded.ts'
import { safeguardOf, type SafeguardParams } from './safeguard/safeguard.ts'
import { Watch } from './watch.ts'

/** The results of a batch, in the order and with the types of its tasks. */
export type Results<T extends readonly Task[]> = { readonly [K in keyof T]: T[K] extends Task<infer S> ? TaskResult<S> : never }

/** What roles are told of the inventory. */
export interface HostInfo {
  readonly name: string
  readonly address: string
  readonly groups: readonly string[]
}

/** Who is at work, for what is recorded on hosts. */
export interface RunAbout {
  /** "ann@laptop" */
  readonly by: string
  /** Git revision of the playbooks, with "+" when they were changed since; '' outside of a repository. */
  readonly revision: string
}

/** What a host needs of the run around it. */
export interface HostServices {
  /** True when this task of this role, with these tags, is asked for. */
  selected(title: string, tags: readonly string[], role: string): boolean
  /** The first caller under a key runs; all get its result. Once a run, over all hosts. */
  once<T>(key: string, host: string, work: () => Promise<T>): Promise<T>
  /** Who runs this, and from which revision of the playbooks. */
  about(): Promise<RunAbout>
  /** Where the inventory says that the secrets of this host are kept. */
  store(): StoreSettings | undefined
  /** What was done on this host was taken back: it is not through with its plays. */
  undone(): void
  /** The hosts that a pattern means. */
  inventory(pattern: string): readonly HostInfo[]
  /** Another host of the inventory, for `on`. */
  other(name: string, role: string): Promise<Host>
}

/** Why a task was passed over that nobody asked for. */
export const LEFT_OUT = 'not asked for: --tags, --skip-tags or --start-at'

/**
 * A host as a role sees it. One step at a time: what is asked for while something runs waits its turn.
 *
 * @example
 * const [dir, conf] = await host.ensure(directory({ path: '/etc/app' }), file({ path: '/etc/app/app.conf', content }))
 * if (conf.changed) await host.run(command({ argv: ['service', 'app', 'reload'] }))
 */
export class Host {
  /** As the inventory calls it. */
  readonly name: string
  /** Where it is reached. */
  readonly address: string
  /** The groups of the inventory that it is in, `all` among them. */
  readonly groups: readonly string[]
  /** True in check mode. Roles hardly ever need it: they ensure, and nothing is changed. */
  readonly check: boolean
  readonly #context: HostContext
  readonly #services: HostServices
  readonly #role: string
  readonly #tags: readonly string[]
  readonly #line: { last: Promise<unknown> }
  readonly #watch: Watch

  constructor(info: HostInfo, context: HostContext, services: HostServices, role: string, tags: readonly string[], line: { last: Promise<unknown> }, watch = new Watch()) {
    this.name = info.name
    this.address = info.address
    this.groups = info.groups
    this.check = context.mode === 'check'
    this.#context = context
    this.#services = services
    this.#role = role
    this.#tags = tags
    this.#line = line
    this.#watch = watch
  }

  /**
   * Makes these wishes true, in order, in one batch: one turn when nothing changes, two when something does. One result a task; a task that
   * `--tags`, `--skip-tags` or `--start-at` leaves out has one too, with the status `skipped`; the output and the events do not tell of it.
   *
   * @example
   * const [dir, motd] = await host.ensure(directory({ path: '/etc/app' }), file({ path: '/etc/motd', content: 'hello\n' }, { tags: ['motd'] }))
   * if (motd.changed) host.note(motd.changes.join('; '))
   * @throws TaskFailed when one of them fails; those before it are done, those after it were not started.
   */
  ensure<const T extends readonly Task[]>(...tasks: T): PromiseLike<Results<T>> {
    checkTasks('ensure', tasks)
    tasks.forEach(noteAsked)
    return this.#batch(tasks, (wanted) => converge(this.#context, this.#role, wanted))
  }

  /**
   * The same for changes that can shut us out (sshd, firewall, network): before the first of them the host keeps what the safeguard names and sets
   * itself a timer. Only when everything is done, and a new connection with a login of its own works, the timer is cancelled; else everything is put
   * back, by us or by the host alone. With nothing to change it is `ensure`; in check mode too. The host must be worked on as root.
   * See docs/guarded-changes.md.
   *
   * @example
   * await host.guarded(
   *   { paths: ['/etc/ssh/sshd_config.d'], after: [['systemctl', 'reload', 'ssh']], within: '60s' },
   *   file({ path: '/etc/ssh/sshd_config.d/50-hardening.conf', content }),
   *   service({ name: 'ssh', state: 'running', reloadOn: [content] }),
   * )
   * @throws TaskFailed when one of them fails, or no new connection works: everything is as it was before, or the failure says that it is not.
   * @throws ParamsError at once, for a safeguard that makes no sense.
   */
  guarded<const T extends readonly Task[]>(safeguard: SafeguardParams, ...tasks: T): PromiseLike<Results<T>> {
    const checked = safeguardOf(safeguard)
    checkTasks('guarded', tasks)
    tasks.forEach(noteAsked)
    return this.#batch(tasks, (wanted) => ensureGuarded(this.#context, this.#role, checked, wanted))
  }

  #batch<const T extends readonly Task[]>(tasks: T, work: (wanted: readonly Task[]) => Promise<TaskResult[]>): PromiseLike<Results<T>> {
    return this.#expect(async () => {
      const selected = tasks.map((task) => this.#isSelected(task))
      const wanted = tasks.filter((_, index) => selected[index])
      const results = wanted.length === 0 ? [] : await work(wanted)
      const skipped: TaskResult = { status: 'skipped', changed: false, changes: [], state: undefined }
      let next = 0
      const all = selected.map((isSelected) => (isSelected ? results[next++] : undefined) ?? skipped)
      // One result a task, in order: the tuple's types are those of the tasks.
      return all as unknown as Results<T>
    })
  }

  /**
   * Runs an action, once unless `retries` says otherwise. In check mode it does not run, unless it only looks and nothing before it would change
   * anything. One that would change something and that `--tags`, `--skip-tags` or `--start-at`
   * leaves out is told as skipped: no later run makes up for it.
   *
   * @example
   * const out = await host.run(command({ argv: ['pg_isready'], okCodes: [0, 1, 2], changes: false }), { retries: 3 })
   * if (out.ran && out.value.code !== 0) host.fail('PostgreSQL takes no connections', out.value.stdout)
   * @throws TaskFailed when it fails.
   */
  run<R>(action: Action<R>, options: Retries = {}): PromiseLike<ActionResult<R>> {
    checkAction(action)
    noteAsked(action)
    return this.#expect(async () => {
      if (!this.#isSelected(action)) {
        // Told, for no later run makes up for it: what it was to follow has happened by then.
        if (action.changes.length > 0) this.#context.emit({ type: 'task', host: this.name, role: this.#role, task: action.title, status: 'skipped', changes: [], why: LEFT_OUT, ms: 0 })
        return { ran: false, changed: false, why: LEFT_OUT }
      }
      return retrying(this.#context, options, () => actOnce(this.#context, this.#role, action), (text) => this.note(text))
    })
  }

  /**
   * Reads a fact. In check mode it is the fact as it is foretold; undefined when that cannot be, as after an action that may change anything. Undefined
   * too when the answer of the host cannot be understood.
   *
   * @example
   * const at = await host.read(facts.path('/data'))
   * if (at?.kind === 'directory') host.note(`/data has the mode ${at.mode}`)
   */
  read<T>(fact: Fact<T>): PromiseLike<T | undefined> {
    return this.#expect(async () => {
      await learn(this.#context, [fact])
      const known = this.#context.model.get(fact)
      if (known === undefined || known.certainty === 'unknown' || known.value instanceof Unreadable) return undefined
      return known.value as T // the model holds each value under the key of the fact that reads it
    })
  }

  /**
   * Fails the role on this host, in words of its own.
   *
   * @throws TaskFailed always.
   */
  fail(message: string, hint?: string): never {
    checkText('fail', message)
    const failure = { host: this.name, role: this.#role, task: 'fail', reason: 'assertion', message, ...(hint !== undefined && { hint }) } as const
    const place = placeOf(new Error())
    this.#context.emit({ type: 'task', host: this.name, role: this.#role, task: 'fail', status: 'failed', changes: [], ms: 0 })
    this.#context.emit({ type: 'failure', ...failure, ...(place && { place }) })
    throw new TaskFailed(failure)
  }

  /** Fails unless the condition holds. To TypeScript it holds from there on, for which `host` needs its type: `run(host: Host, p)`. */
  assert(condition: boolean, message: string, hint?: string): asserts condition {
    if (!condition) this.fail(message, hint)
  }

  /** The settings of the secret store of this host, as the inventory says: for a role that lets the host itself use it. Undefined where there is none. */
  get store(): StoreSettings | undefined {
    return this.#services.store()
  }

  /** Who runs this, and from which revision of the playbooks: for records. */
  about(): PromiseLike<RunAbout> {
    return this.#watch.track(this.#services.about())
  }

  /** Tells the operator something. */
  note(text: string): void {
    checkText('note', text)
    this.#context.emit({ type: 'note', host: this.name, role: this.#role, text })
  }

  /** Does something once a run: the first host that comes here does it, the others get its result, or its failure. A key is the role's own. */
  once<T>(key: string, work: () => Promise<T>): PromiseLike<T> {
    return this.#watch.track(this.#services.once(`${this.#role}:${key}`, this.name, work))
  }

  /**
   * The hosts that a pattern means ("all", "web:&prod"), in the order of the inventory, whether or not this run is for them, and this one among them. None
   * is contacted.
   *
   * @example
   * const targets = host.inventory('apps').map(({ name, address }) => `${name} ${address}:9100\n`)
   * const isFirst = host.inventory('apps')[0]?.name === host.name // for what one host of a group is to do
   * @throws Error for a name that is no group and no host.
   */
  inventory(pattern: string): readonly HostInfo[] {
    checkText('inventory', pattern)
    return this.#services.inventory(pattern)
  }

  /**
   * Another host of the inventory, to do something there on this one's behalf. It is reached even outside of `--limit`.
   *
   * @example
   * const db = await host.on('db1')
   * await db.ensure(line({ path: '/etc/allowed-hosts', line: host.name }))
   */
  on(name: string): PromiseLike<Host> {
    return this.#watch.track(this.#services.other(name, this.#role).then((other) => new Host(other, other.#context, other.#services, this.#role, this.#tags, other.#line, this.#watch)))
  }

  /**
   * Says that what the playbook did here was taken back, on another host's behalf: the run is not done on this host, and `--resume` takes it again.
   *
   * @example
   * const first = await host.on('web1')
   * await first.ensure(rollout({ …, restore: before }))
   * first.undone()
   */
  undone(): void {
    this.#services.undone()
  }

  /** @internal The same host, for another role (or with more tags): same line, same model. */
  as(role: string, tags: readonly string[]): Host {
    return new Host(this, this.#context, this.#services, role, tags, this.#line)
  }

  /** @internal What this role has asked for, here and on other hosts. */
  get watch(): Watch {
    return this.#watch
  }

  #isSelected({ title, tags }: { readonly title: string; readonly tags: readonly string[] }): boolean {
    return this.#services.selected(title, [...this.#tags, ...tags], this.#role)
  }

  #expect<T>(work: () => Promise<T>): PromiseLike<T> {
    const mine = this.#line.last.then(work)
    this.#line.last = mine.catch((error: unknown) => {
      if (error instanceof TaskFailed) this.#watch.failed(error.failure)
      if (error instanceof HostLost || error instanceof Stopped) this.#watch.ended(error)
    })
    return this.#watch.track(mine)
  }
}
