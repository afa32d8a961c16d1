import { execFile, type ExecFileException } from 'node:child_process'
import pLimit from 'p-limit'
import { err, ok, type Result } from '../values/result.ts'
import { Secret } from '../values/secret.ts'
import { visible } from '../values/visible.ts'
import { textOf } from './file-tree.ts'
import { Refused } from './refused.ts'
import type { CommandSettings } from './settings.ts'
import { snapshotOf } from './snapshot.ts'
import { UNVERSIONED, type SecretStore, type StoredSecret, type StoreError } from './store.ts'

/** Some ask a person or a service at each start: few at a time. */
const AT_ONCE = 4
const LARGEST = 1024 * 1024

export interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where it runs. */
  readonly cwd: string
  /** For each start. Default: 60 seconds. */
  readonly patienceMs?: number
}

/** A program that prints one secret: `[pass, show, "shop/{name}"]`. No shell is in between; its input is empty, so one that asks fails. */
export function commandStore({ command, missing_exit }: Omit<CommandSettings, 'store'>, { env, cwd, patienceMs = 60_000 }: CommandOptions): SecretStore {
  const [program = '', ...words] = command
  const title = `the command ${program}`

  /** What it printed, less one newline; undefined when it says that there is none. */
  function printed(name: string): Promise<string | undefined> {
    const argv = words.map((word) => word.replaceAll('{name}', name))
    return new Promise((resolve, reject) => {
      const child = execFile(program, argv, { env: { ...env }, cwd, timeout: patienceMs, killSignal: 'SIGKILL', maxBuffer: LARGEST, encoding: 'buffer' }, (error, stdout, stderr) => {
        if (error && error.code === missing_exit && missing_exit !== undefined) return resolve(undefined)
        if (error) return reject(failureOf(error, name, stderr.toString(), patienceMs))
        try {
          resolve(textOf(stdout))
        } catch {
          reject(new Refused('damaged', `for ${name} it printed what is not UTF-8 text`))
        }
      })
      child.stdin?.on('error', () => {})
      child.stdin?.end()
    })
  }

  return {
    title,
    async get(names) {
      const limit = pLimit(AT_ONCE)
      const answers = await Promise.all(names.map((name) => limit(() => settled(name, printed(name)))))
      const failed = answers.flatMap(({ failure }) => failure ?? [])
      if (failed.length > 0) return err(oneOf(failed, title))
      const found = new Map(answers.flatMap(({ name, text }): [string, StoredSecret][] => (text === undefined ? [] : [[name, { value: new Secret(text), version: UNVERSIONED }]])))
      return ok(snapshotOf(names, found))
    },
    list: () => refuse(`${title}: it cannot list what there is`, 'name each secret: !secret NAME'),
    put: () => refuse(`${title}: it is read only`, 'write with the program that keeps them'),
  }
}

const refuse = (message: string, hint: string): Promise<Result<never, StoreError>> => Promise.resolve(err({ reason: 'unsupported', message, hint }))

interface Answer {
  readonly name: string
  readonly text?: string | undefined
  readonly failure?: Refused
}

async function settled(name: string, printing: Promise<string | undefined>): Promise<Answer> {
  try {
    return { name, text: await printing }
  } catch (error) {
    return { name, failure: error instanceof Refused ? error : new Refused('unreachable', 'it failed') }
  }
}

function failureOf(error: ExecFileException, name: string, stderr: string, patienceMs: number): Refused {
  if (error.code === 'ENOENT' || error.code === 'EACCES') return new Refused('settings', `it cannot be started (${error.code})`, 'is it installed, and in PATH?')
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return new Refused('damaged', `for ${name} it printed more than 1 MiB`)
  if (error.killed) return new Refused('unreachable', `for ${name} it gave no answer within ${patienceMs / 1000} s`, 'it cannot ask anybody here: unlock it before')
  const said = visible(stderr.trim().split('\n').at(-1) ?? '', 'line').slice(0, 200)
  return new Refused('unreachable', `for ${name} it ended with ${typeof error.code === 'number' ? error.code : 'a signal'}${said === '' ? '' : `: ${said}`}`, 'when that exit means that there is no such secret: missing_exit')
}

/** Several failures as one, all of them told. */
function oneOf(failures: readonly Refused[], title: string): StoreError {
  const messages = [...new Set(failures.map(({ message }) => message))]
  const [first] = failures
  return { reason: first?.reason ?? 'unreachable', message: `${title}: ${messages.join('; ')}`, ...(first?.hint !== undefined && { hint: first.hint }) }
}
