import type { Diagnostic } from '../../diagnostic/diagnostic.ts'
import { suggest } from '../../diagnostic/nearest.ts'
import { secretNameProblem } from '../../secrets/names.ts'
import { err, ok, type Result } from '../../values/result.ts'
import { FLAGS, readCommandLine, type Flag, type FlagName, type Typed } from '../flags.ts'
import { flagRows, table } from '../help.ts'
import { COMMANDS, type Command } from './commands.ts'
import type { OwnFlag } from './work.ts'

const OWN = {
  yes: { short: 'y', doc: 'do not ask' },
  'per-key': { doc: 'one parameter a key, below NAME/; default: as it is stored, or the whole file as NAME/.env' },
  whole: { doc: 'the whole file as NAME/.env, also where there is one parameter a key' },
  length: { takes: 'N', doc: 'rotate: letters and digits of the new value (default 32)' },
} as const satisfies Record<OwnFlag, Flag>

/** How a host is reached is said as in every playbook. */
const SHARED = [
  'inventory', 'limit', 'check', 'extra', 'forks', 'become', 'become-user', 'ask-become-pass', 'become-password-file', 'ask-pass', 'password-file', 'user', 'private-key',
  'ssh-config', 'accept-new', 'verbose', 'no-color', 'detailed-exitcode', 'lock-wait', 'help', 'version',
] as const satisfies readonly FlagName[]

const flags: Readonly<Record<string, Flag>> = { ...OWN, ...Object.fromEntries(SHARED.map((name) => [name, FLAGS[name]])) }

export const HELP = [
  'npx manage-secrets -i INVENTORY [-l HOST] COMMAND … [flags]',
  '',
  'Moves .env files between hosts and the secret store of the inventory. Shows names of keys, never values.',
  '',
  'Commands:',
  ...table(Object.entries<Command>(COMMANDS).map(([name, { words, doc }]) => [[name, ...words].join(' '), doc])),
  '',
  'Flags:',
  ...table(flagRows(flags)),
  '',
  'Exit codes:',
  ...['0 done, or nothing to do', '1 bug in the engine', '2 it failed, or the answer was no', '3 bad input, nothing contacted', '4 unreachable', '5 locked', '6 diff: some keys differ; --check --detailed-exitcode: changes pending', '7 outcome unknown', '130 interrupted'].map((each) => `  ${each}`),
  '',
].join('\n')

export type SecretsLine = { readonly typed: Typed<FlagName | OwnFlag>; readonly command?: Command; readonly words: readonly string[] }

/** What was typed, or everything that is wrong with it. */
export function readSecretsLine(argv: readonly string[]): Result<SecretsLine, readonly Diagnostic[]> {
  const read = readCommandLine<FlagName | OwnFlag>(argv, { flags, params: [], words: true })
  if (!read.ok) return read
  const typed = read.value
  if (typed.has('help') || typed.has('version')) return ok({ typed, words: [] })
  const [name, ...words] = typed.words
  const known: Readonly<Record<string, Command>> = COMMANDS
  const command = name === undefined || !Object.hasOwn(known, name) ? undefined : known[name]
  if (name === undefined) return err([{ message: 'no command', hint: `one of: ${Object.keys(known).join(', ')}; --help shows what they do` }])
  if (command === undefined) return err([{ message: `there is no command "${name}"`, hint: suggest(name, Object.keys(known)) ?? '--help shows all' }])
  const problems = [...wordProblems(name, command, words), ...flagProblems(name, typed)]
  return problems.length > 0 ? err(problems) : ok({ typed, command, words })
}

function wordProblems(name: string, command: Command, words: readonly string[]): Diagnostic[] {
  const usage = `manage-secrets ${[name, ...command.words].join(' ')}`
  if (!command.many && words.length !== command.words.length) return [{ message: `${name} takes ${command.words.length === 0 ? 'no name' : command.words.join(' and ')}`, hint: usage }]
  const services = name === 'rotate' ? words.slice(0, 1) : words
  const wrong = services.flatMap((each): Diagnostic[] => {
    const problem = each.includes('/') ? 'it is the name alone, without "/"' : secretNameProblem(each)
    return problem === undefined ? [] : [{ message: `"${each}" is no service: ${problem}`, hint: usage }]
  })
  const key = name === 'rotate' ? words[1] : undefined
  return key === undefined || /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? wrong : [...wrong, { message: `"${key}" is no key: letters, digits and "_"`, hint: usage }]
}

function flagProblems(name: string, typed: Typed<FlagName | OwnFlag>): Diagnostic[] {
  const problems: Diagnostic[] = []
  const length = typed.one('length')
  if (length !== undefined && name !== 'rotate') problems.push({ message: '--length is for rotate' })
  else if (length !== undefined && !(/^\d{1,4}$/.test(length) && Number(length) >= 16 && Number(length) <= 1024)) problems.push({ message: '--length takes a whole number from 16 to 1024' })
  if (typed.has('per-key') && typed.has('whole')) problems.push({ message: '--per-key and --whole exclude each other' })
  if (typed.has('detailed-exitcode') && !typed.has('check')) problems.push({ message: '--detailed-exitcode goes with --check' })
  return problems
}
