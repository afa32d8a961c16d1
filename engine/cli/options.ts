import { readFileSync, realpathSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import type { Serial } from '../playbook/playbook.ts'
import type { TagChoice } from '../playbook/tags.ts'
import { err, ok, type Result } from '../values/result.ts'
import { Secret } from '../values/secret.ts'
import { askSecret } from './ask.ts'
import type { FlagName, Typed } from './flags.ts'
import { isMeant } from './title.ts'

/** The flags that are more than switches, read and checked. */
export interface Options {
  readonly forks: number
  readonly serial?: Serial
  readonly maxFail?: number | `${number}%`
  readonly tags: TagChoice
  readonly output: 'tty' | 'plain' | 'json'
  readonly lockWait: number
  readonly becomeUser?: string
  readonly becomePassword?: Secret
  readonly password?: Secret
  readonly user?: string
  readonly privateKey?: string
  readonly sshConfig?: string
  readonly acceptNew: boolean
  /** Makes what says no until the task comes where a run is to begin; one for each time that the plays are gone through. */
  readonly gate?: () => (host: string, title: string, role: string) => boolean
  /** Who logs in, by host, where neither inventory nor flags say it: known once ssh_config was read. */
  readonly logins?: ReadonlyMap<string, string>
  /** Of the person at the controller. */
  readonly env: { readonly home: string; readonly user: string; readonly agentSocket?: string }
}

export async function readOptions(typed: Typed, here: { readonly cwd: string; readonly isTTY: boolean; readonly mayAsk?: boolean }): Promise<Result<Options, readonly Diagnostic[]>> {
  const problems: Diagnostic[] = []
  const number = (name: FlagName, least: number): number | undefined => {
    const text = typed.one(name)
    if (text === undefined) return undefined
    if (/^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text)
    problems.push({ message: `--${name} takes a whole number from ${least} on` })
    return undefined
  }
  const amount = (name: FlagName): number | `${number}%` | undefined => {
    const text = typed.one(name)
    if (text === undefined) return undefined
    const share = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text)
    if (share && Number(share[1]) > 0 && Number(share[1]) <= 100) return `${Number(share[1])}%`
    if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text)
    problems.push({ message: `--${name} takes a number of hosts or a percentage, such as 2 or 30%` })
    return undefined
  }
  const secret = async (ask: FlagName, file: FlagName, prompt: string): Promise<Secret | undefined> => {
    const at = typed.one(file)
    if (at !== undefined) {
      try {
        return new Secret(readFileSync(resolve(here.cwd, at), 'utf8').replace(/\r?\n$/, ''))
      } catch (error) {
        problems.push({ message: `--${file}: ${error instanceof Error ? error.message : String(error)}` })
      }
    }
    if (!typed.has(ask) || here.mayAsk === false) return undefined
    const answer = await askSecret(prompt)
    if (answer.ok) return answer.value
    problems.push({ message: answer.error === 'no-terminal' ? `--${ask} asks on a terminal, and there is none` : `--${ask} asked, and there was no answer`, hint: `use --${file} FILE` })
    return undefined
  }
  const output = typed.one('output') ?? (here.isTTY ? 'tty' : 'plain')
  if (output !== 'tty' && output !== 'plain' && output !== 'json') problems.push({ message: '--output is tty, plain or json' })
  const start = typed.one('start-at')
  const list = (name: FlagName): string[] => {
    const names = typed.all(name).flatMap((each) => each.split(',')).filter(Boolean)
    if (typed.has(name) && names.length === 0) problems.push({ message: `--${name} takes names with commas between, and there is none` })
    return names
  }
  const tags = { tags: list('tags'), skip: list('skip-tags') }
  const [serial, maxFail, forks, lockWait] = [amount('serial'), amount('max-fail'), number('forks', 1), number('lock-wait', 0)]
  const becomeUser = typed.one('become-user')
  if (becomeUser !== undefined && !/^[a-z_][a-z0-9_.-]*$/i.test(becomeUser)) problems.push({ message: '--become-user is the name of a user' })
  if (typed.has('step') && !typed.has('check') && !process.stdin.isTTY) problems.push({ message: '--step asks on a terminal, and there is none' })
  problems.push(...sameFiles(typed, here.cwd))
  const password = await secret('ask-pass', 'password-file', 'SSH password: ')
  const either = typed.has('ask-pass') ? password : undefined
  const typedBecome = await secret('ask-become-pass', 'become-password-file', either ? 'sudo password [defaults to SSH password]: ' : 'sudo password: ')
  const becomePassword = typed.has('ask-become-pass') && typedBecome?.reveal() === '' ? (either ?? typedBecome) : typedBecome
  const [user, privateKey, sshConfig] = [typed.one('user'), typed.one('private-key'), typed.one('ssh-config')]
  const agentSocket = process.env['SSH_AUTH_SOCK']
  if (problems.length > 0) return err(problems)
  return ok({
    forks: forks ?? 10,
    lockWait: lockWait ?? 0,
    tags,
    output: output === 'json' || output === 'plain' ? output : 'tty',
    acceptNew: typed.has('accept-new'),
    env: { ...whoRuns(), ...(agentSocket !== undefined && { agentSocket }) },
    ...(serial !== undefined && { serial }),
    ...(maxFail !== undefined && { maxFail }),
    ...(becomeUser !== undefined && { becomeUser }),
    ...(becomePassword && { becomePassword }),
    ...(password && { password }),
    ...(user !== undefined && { user }),
    ...(privateKey !== undefined && { privateKey: resolve(here.cwd, privateKey) }),
    ...(sshConfig !== undefined && { sshConfig: resolve(here.cwd, sshConfig) }),
    ...(start !== undefined && { gate: () => startGate(start) }),
  })
}

/** In a container a user may have a number only. */
function whoRuns(): { readonly home: string; readonly user: string } {
  const known = <T>(ask: () => T, otherwise: T): T => {
    try {
      return ask()
    } catch {
      return otherwise
    }
  }
  const named = process.env['USER'] ?? process.env['LOGNAME'] ?? String(process.getuid?.() ?? '')
  return { home: known(homedir, '/'), user: known(() => userInfo().username, named) }
}

/** The last of two reports would replace the first, or stand in the midst of it. */
function sameFiles(typed: Typed, cwd: string): Diagnostic[] {
  const written = new Map<string, FlagName>()
  const problems: Diagnostic[] = []
  for (const name of ['report', 'junit', 'events', 'save-plan', 'plan'] as const) {
    const path = typed.one(name)
    if (path === undefined || path === '') continue
    const at = whereItLeads(resolve(cwd, path))
    const other = written.get(at)
    written.set(at, name)
    // A terminal or a pipe takes them one after the other.
    if (other !== undefined && !at.startsWith('/dev/')) problems.push({ message: `--${other} and --${name} are the same file: ${path}`, hint: 'name a file of its own for each' })
  }
  return problems
}

/** The file itself where it is there under another name; of a new one, its directory. */
function whereItLeads(path: string): string {
  for (const [known, rest] of [[path, ''], [dirname(path), basename(path)]] as const) {
    try {
      return join(realpathSync(known), rest)
    } catch {
      // Not there yet.
    }
  }
  return path
}

/** Opens, per host, at the task where the run is to begin. */
function startGate(pattern: string): (host: string, title: string, role: string) => boolean {
  const begun = new Set<string>()
  return (host, task, role) => {
    if (isMeant(pattern, { role, task })) begun.add(host)
    return begun.has(host)
  }
}
