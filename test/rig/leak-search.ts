import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { hostFolders } from '../../lab/paths.ts'
import { initOf } from '../../lab/process.ts'
import { Canaries } from './canaries.ts'
import { killedAt, run, START } from './cli.ts'
import { onHost } from './lab-host.ts'
import { onTerminal, unbroken } from './terminal.ts'
import { changedFilesWith, namespaceOf, sshdOf, traced, traceLines, traceOf, traceOfNewSshd, watchProcesses } from './trace.ts'
import { overSsh, type Said } from './watched.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
const LOG = '/var/log/syslog'
/** A host that writes down all it can: a log of the system, and an sshd that tells it everything. */
const LOUD = `busybox syslogd -O ${LOG}; mkdir -p /etc/ssh/sshd_config.d; echo 'LogLevel DEBUG3' >/etc/ssh/sshd_config.d/loud.conf; service ssh reload`

export interface Leftovers {
  /** Files of the host in which a canary belongs: there each must be 0600 and of root. */
  readonly ours: RegExp
  /** And those in which others keep what they were given. Default: none. */
  readonly others?: RegExp
}

/**
 * Runs that handle canaries, and a search for them on both ends: in what is printed and reported, in every file that was changed, logs and layers
 * of containers among them, in the words and environment of every program that the controller or sshd starts, and in those of all processes.
 */
export class LeakSearch {
  readonly canaries = new Canaries()
  readonly #host: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'hw-leaks-'))
  /** What runs are given lies here, and is not searched. */
  readonly store = join(this.#folder, 'store')
  readonly #reports = join(this.#folder, 'reports')
  readonly #traces = join(this.#folder, 'traces')
  readonly #begun = join(this.#folder, 'begun')
  readonly #seen = new Set<string>()
  #stop: (() => Promise<number>) | undefined
  #runs = 0

  constructor(host: string) {
    this.#host = host
    for (const each of [this.store, this.#reports, this.#traces]) mkdirSync(each, { mode: 0o700 })
    writeFileSync(this.#begun, '')
  }

  /** Puts a file into the store; returns its path. */
  put(name: string, text: string): string {
    const path = join(this.store, name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  /** Words that give variables, in a file, and say that secrets are in the store. */
  vars(text: string): string[] {
    return ['-e', `@${this.put(`vars-${++this.#runs}.yml`, `secrets: { store: files, directory: ${this.store} }\n${text}`)}`]
  }

  /** Lets the host write down all it can. Before {@link watch}, for sshd begins anew. */
  makeLoud(): void {
    onHost(this.#host, ['sh', '-c', LOUD])
  }

  /** From now on all processes are looked at, and what sshd starts is written down. `sudo`: it is to work on the host, which takes twice as long. */
  async watch({ sudo = false } = {}): Promise<void> {
    const inside = namespaceOf(initOf(this.#host) ?? 0) ?? ''
    const file = join(this.#traces, 'sshd')
    const trace = sudo ? await traceOf([await sshdOf(this.#host)], file) : await traceOfNewSshd(this.#host, file)
    const watch = watchProcesses(new Set([inside, namespaceOf(process.pid) ?? '']), (pid, words) => {
      for (const canary of this.canaries.in(words)) this.#seen.add(`${canary} in ${pid}: ${words.slice(0, 80)}`)
    })
    this.#stop = async () => {
      await trace.stop()
      return watch.stop()
    }
  }

  /**
   * A run as a user starts it, at its most talkative and with all reports, that must end with this exit code. Nothing that it says may hold a
   * canary. With the output `tty` it runs on a terminal, and is given these answers.
   */
  async run(words: readonly string[], output: 'plain' | 'json' | 'tty', code = 0, answers: Readonly<Record<string, string>> = {}): Promise<Said> {
    const name = `${++this.#runs}-${output}`
    const [all, under] = [[...words, '--output', output, ...this.#flags(name)], traced(join(this.#traces, name))]
    const done = output === 'tty' ? await onTerminal([...START, ...all], { answers, under }) : await run(all, 120, under)
    this.#keep(name, done)
    assert.equal(done.code, code, `${done.stdout}\n${done.stderr}`.slice(-5000))
    return done
  }

  /** A run that is killed when a command on the host prints a line that begins so. */
  async killed(beginning: string, words: readonly string[]): Promise<void> {
    const name = `${++this.#runs}-killed`
    this.#keep(name, { code: 137, stdout: await killedAt(beginning, [...words, ...this.#flags(name)], traced(join(this.#traces, name))), stderr: '' })
  }

  #flags(name: string): string[] {
    const [page, junit, events] = ['html', 'xml', 'ndjson'].map((ending) => join(this.#reports, `${name}.${ending}`))
    return ['-l', this.#host, '-vvv', '--lock-wait', '60', '--report', page ?? '', '--junit', junit ?? '', '--events', events ?? '']
  }

  #keep(name: string, { stdout, stderr }: Said): void {
    writeFileSync(join(this.#reports, `${name}.stdout`), stdout)
    writeFileSync(join(this.#reports, `${name}.stderr`), stderr)
    const told = readdirSync(this.#reports).filter((each) => each.startsWith(`${name}.`)).map((each) => [each, readFileSync(join(this.#reports, each), 'utf8')] as const)
    assert.deepEqual(told.flatMap(([each, text]) => this.canaries.in(`${text}\n${unbroken(text)}`).map((canary) => `${each}: ${canary}`)), [])
  }

  /**
   * Ends the watch, and looks at all that is left. So that the search itself cannot be blind, it has to find what is written now: into the log of the
   * system, and by `control`, a command that writes what it reads.
   *
   * @returns the log of the system, and the trace of what sshd started.
   */
  async nothingLeft({ ours, others }: Leftovers, control?: { readonly command: string; readonly path: RegExp }): Promise<{ log: string; trace: string }> {
    const rounds = (await this.#stop?.()) ?? 0
    this.#stop = undefined
    assert.ok(rounds > 100, `${rounds} looks at the processes`)
    assert.deepEqual([...this.#seen], [])

    const programs = new Set<string>()
    for (const name of readdirSync(this.#traces))
      for await (const line of traceLines(join(this.#traces, name))) for (const canary of this.canaries.in(line)) programs.add(`${name}: ${canary} in ${line.slice(0, 200)}`)
    assert.deepEqual([...programs], [])

    const log = onHost(this.#host, ['cat', LOG])
    assert.deepEqual(this.canaries.in(log), [])
    const input = this.canaries.plain('control')
    for (const command of ['logger', control?.command ?? 'true']) {
      const { code, stderr } = await overSsh(this.#host, command, { input })
      assert.equal(code, 0, `${command}: ${stderr}`)
    }

    const patterns = join(this.store, 'patterns')
    writeFileSync(patterns, this.canaries.patterns, { mode: 0o600 })
    const here = [tmpdir(), '/var/tmp', '/dev/shm', '/var/log', '/root', join(CHECKOUT, '.hostwright')]
    assert.deepEqual(changedFilesWith(patterns, this.#begun, here).filter((path) => !path.startsWith(`${this.store}/`)), [])

    const { upper, docker, log: init } = hostFolders(this.#host)
    const live = `/proc/${initOf(this.#host) ?? 0}/root`
    const inHost = (path: string) => path.replace(upper, '').replace(docker, '/var/lib/docker').replace(live, '')
    const found = changedFilesWith(patterns, this.#begun, [upper, docker, init, `${live}/run`, `${live}/dev/shm`])
    const controls = [new RegExp(`^${LOG}$`), ...(control ? [control.path] : [])]
    for (const each of controls) assert.ok(found.some((path) => each.test(inHost(path))), `${each} is found`)
    assert.deepEqual(found.map(inHost).filter((path) => ![ours, others, ...controls].some((each) => each?.test(path))), [])
    for (const path of found.filter((each) => ours.test(inHost(each)))) {
      const { mode, uid } = statSync(path)
      assert.deepEqual([mode & 0o7777, uid], [0o600, 0], inHost(path))
    }
    return { log, trace: readFileSync(join(this.#traces, 'sshd'), 'utf8') }
  }

  /** Ends what watches, and takes away all that it wrote here. */
  async close(): Promise<void> {
    await this.#stop?.()
    rmSync(this.#folder, { recursive: true, force: true })
    // What runs keep for the next one, of inventories that lay there.
    const kept = join(CHECKOUT, '.hostwright')
    if (existsSync(kept)) for (const name of readdirSync(kept)) if (name.includes(basename(this.#folder))) rmSync(join(kept, name))
  }
}
