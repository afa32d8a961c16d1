import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { namesOnly, type FlagParam } from '../inventory/extra.ts'
import type { ParamInfo } from '../playbook/params.ts'
import { err, ok } from '../values/result.ts'

/** One flag: how it is written, what it takes, what it is for. Parsing, help and the reference page are made from this table. */
export interface Flag {
  readonly short?: string
  /** What stands after it; none: it is a switch. */
  readonly takes?: string
  readonly many?: boolean
  readonly doc: string
}

export const FLAGS = {
  inventory: { short: 'i', takes: 'X', many: true, doc: 'inventory/X/, a file (YAML, INI, .ts), or a comma list of hosts; repeatable' },
  limit: { short: 'l', takes: 'PATTERN', doc: 'only these hosts: web, web:&prod, all:!db1, web*, ~regex, @file' },
  check: { short: 'C', doc: 'say what would be done; change nothing' },
  diff: { short: 'D', doc: 'show what changes inside files (secrets never)' },
  extra: { short: 'e', takes: 'K=V', many: true, doc: 'params and variables: K=V, @file.yml or JSON; repeatable' },
  tags: { short: 't', takes: 'A,B', many: true, doc: 'only roles and tasks with one of these tags' },
  'skip-tags': { takes: 'A,B', many: true, doc: 'not those with one of these tags' },
  forks: { short: 'f', takes: 'N', doc: 'hosts at a time (default 10)' },
  serial: { takes: 'N|P%', doc: 'in batches of N hosts, or of P percent' },
  'max-fail': { takes: 'N|P%', doc: 'give a play up when so many of its hosts have failed' },
  become: { short: 'b', doc: 'work as root by sudo' },
  'become-user': { takes: 'USER', doc: 'whom to become (default root)' },
  'ask-become-pass': { short: 'K', doc: 'ask for the sudo password; with -k, Enter takes the SSH password' },
  'become-password-file': { takes: 'FILE', doc: 'read the sudo password from a file' },
  'ask-pass': { short: 'k', doc: 'ask for the SSH password' },
  'password-file': { takes: 'FILE', doc: 'read the SSH password from a file' },
  user: { short: 'u', takes: 'USER', doc: 'log in as this user, where the inventory says nothing' },
  'private-key': { takes: 'FILE', doc: 'log in with this key, where the inventory says nothing' },
  'ssh-config': { takes: 'FILE', doc: 'read this ssh_config in place of ~/.ssh/config' },
  'accept-new': { doc: 'trust hosts that are in no known_hosts file yet, and remember them; a changed key is refused all the same' },
  'list-hosts': { doc: 'say which hosts; contact nobody' },
  'list-tasks': { doc: 'say which tasks, as on an empty host; contact nobody' },
  'list-tags': { doc: 'say which tags; contact nobody' },
  'syntax-check': { doc: 'check inventory, variables and params; contact nobody' },
  'start-at': { takes: 'TASK', doc: 'skip the tasks before this one (its title, also as ROLE › TITLE; * for anything)' },
  step: { doc: 'ask before anything is changed' },
  'save-plan': { takes: 'FILE', doc: 'with --check: keep what would be done in a file, to be applied later' },
  plan: { takes: 'FILE', doc: 'do what such a file says: exactly that, or nothing; with --check: see whether it still holds' },
  resume: { doc: 'only the hosts that did not finish this playbook last time' },
  report: { takes: 'FILE.html', doc: 'write a page about the run' },
  junit: { takes: 'FILE.xml', doc: 'write the result as JUnit XML' },
  events: { takes: 'FILE', doc: 'write every event as a line of JSON' },
  output: { takes: 'tty|plain|json', doc: 'how to print (default: tty on a terminal, plain otherwise)' },
  verbose: { short: 'v', many: true, doc: 'more: -v all tasks, -vv times, -vvv turns and bytes' },
  timings: { doc: 'say at the end what took longest' },
  'no-color': { doc: 'no colours' },
  'detailed-exitcode': { doc: 'with --check: exit 6 when there is something to change' },
  'lock-wait': { takes: 'S', doc: 'wait up to S seconds for another run on the same host' },
  'allow-empty': { doc: 'a pattern, tag or limit that matches nothing is no error' },
  help: { short: 'h', doc: 'this' },
  version: { doc: 'the version' },
} as const satisfies Record<string, Flag>

export type FlagName = keyof typeof FLAGS

/** What was typed: per flag all its values; switches as often as they stand there. */
export interface Typed<N extends string = FlagName> {
  has(name: N): boolean
  one(name: N): string | undefined
  all(name: N): readonly string[]
  count(name: N): number
  /** Params given as flags. */
  readonly params: readonly FlagParam[]
  /** What belongs to no flag, in order; a playbook takes none. */
  readonly words: readonly string[]
  /** All of it as others may read it: without the values of params and variables. */
  readonly shown: string
}

/** What was typed, or what is wrong with it and what of it could be read all the same. */
export type CommandLine<N extends string = FlagName> = { readonly ok: true; readonly value: Typed<N> } | { readonly ok: false; readonly error: readonly Diagnostic[]; readonly partial: Typed<N> }

/** Reads argv. A param of the playbook is a flag too: `--app-name x` is `-e app_name=x`. */
export function readFlags(argv: readonly string[], params: readonly ParamInfo[]): CommandLine {
  return readCommandLine<FlagName>(argv, { flags: FLAGS, params, words: false })
}

/** The value of a switch stands beside it: `--tls false` becomes `--tls=false`; before another flag, or at the end, it is on. */
function joined(argv: readonly string[], switches: ReadonlySet<string>): string[] {
  const args: string[] = []
  for (const arg of argv) {
    const last = args.at(-1)
    if (last?.startsWith('--') && switches.has(last.slice(2)) && !arg.startsWith('-')) args[args.length - 1] = `${last}=${arg}`
    else args.push(arg)
  }
  return args
}

/** Reads argv by a table of flags of one's own; with `words`, what belongs to no flag is kept: commands and names. */
export function readCommandLine<N extends string>(argv: readonly string[], { flags, params, words }: { readonly flags: Readonly<Partial<Record<N, Flag>>>; readonly params: readonly ParamInfo[]; readonly words: boolean }): CommandLine<N> {
  const own = new Map(Object.entries<Flag | undefined>(flags).flatMap(([name, flag]) => (flag === undefined ? [] : [[name, flag]])))
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const [name, flag] of own) options[name] = { type: flag.takes === undefined ? 'boolean' : 'string', multiple: true, ...(flag.short !== undefined && { short: flag.short }) }
  const asFlags = params.filter(({ flag }) => !own.has(flag))
  // `--undo-all` by itself means true, and `--undo-all false` is fine too.
  const switches = new Set(asFlags.filter(({ type }) => type === 'boolean').map(({ flag }) => flag))
  for (const { flag } of asFlags) options[flag] = { type: switches.has(flag) ? 'boolean' : 'string', multiple: true }

  const { tokens } = parseArgs({ args: joined(argv, switches), options, strict: false, tokens: true, allowPositionals: true })
  const problems: Diagnostic[] = []
  const values = new Map<string, string[]>()
  const alone: string[] = []
  let unknown = false
  for (const token of tokens) {
    // What follows a flag that does not exist was meant for it, most likely.
    if (token.kind === 'positional' && unknown) unknown = false
    else if (token.kind === 'positional' && words) alone.push(token.value)
    else if (token.kind === 'positional') problems.push({ message: `"${token.value}" stands alone: what is it for?`, hint: 'an inventory is named with -i, a param with -e name=value' })
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    unknown = option === undefined && token.value === undefined
    if (option === undefined) problems.push(unknownFlag(token.rawName, Object.keys(options)))
    else if (switches.has(token.name)) values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? 'true'])
    // `--tags "$TAGS"` with an empty TAGS: the run would be for all of them. What a param may be is for its schema to say.
    else if (option.type === 'string' && (token.value === undefined || (token.value === '' && own.has(token.name)))) problems.push({ message: `${token.rawName} needs a value` })
    // `--report $FILE --check` with an empty FILE: the run would be for real, and its report in a file called --check.
    else if (option.type === 'string' && token.inlineValue === false && /^-[^\d.]/.test(token.value ?? '')) problems.push({ message: `${token.rawName} needs a value, and "${token.value}" looks like a flag`, hint: `write ${token.rawName.startsWith('--') ? `${token.rawName}=${token.value}` : `${token.rawName}${token.value}`} when it is meant` })
    else if (option.type === 'boolean' && token.value !== undefined) problems.push({ message: `${token.rawName} takes no value` })
    else values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? ''])
  }
  const once = (name: string, more: { readonly hint?: string } = {}): void => {
    if ((values.get(name)?.length ?? 0) > 1) problems.push({ message: `--${name} is given more than once`, ...more })
  }
  for (const [name, flag] of own) if (flag.takes !== undefined && !flag.many) once(name)
  for (const { flag, type } of asFlags) if (type !== 'boolean') once(flag, type.startsWith('list') ? { hint: `several values go with commas: --${flag} a,b` } : {})
  const typed: Typed<N> = {
    has: (name) => values.has(name),
    one: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
    count: (name) => values.get(name)?.length ?? 0,
    words: alone,
    shown: tokens.map((token) => shownWord(token, (name) => !own.has(name))).join(' '),
    params: asFlags.flatMap(({ flag, name }) => (values.get(flag) ?? []).slice(-1).map((value) => ({ flag, name, value }))),
  }
  return problems.length > 0 ? { ...err(problems), partial: typed } : ok(typed)
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

/** One word with its value. The whole stands in a file on every host, and is told to whoever finds the host locked. */
function shownWord(token: Token, isParam: (name: string) => boolean): string {
  if (token.kind !== 'option') return token.kind === 'positional' ? token.value : '--'
  if (token.value === undefined) return token.rawName
  const value = isParam(token.name) ? '…' : token.name === 'extra' ? namesOnly(token.value) : token.value
  return `${token.rawName}${token.inlineValue && token.rawName.startsWith('--') ? '=' : ' '}${value}`
}

function unknownFlag(raw: string, known: readonly string[]): Diagnostic {
  const hint = suggest(raw.replace(/^-+/, ''), known)?.replace(/"([^"]+)"/, '"--$1"')
  return { message: `there is no flag ${raw}`, hint: hint?.startsWith('did') ? hint : '--help shows all' }
}
