import { z } from 'zod'
import { aboutFile, path, type PathState } from '../facts/path.ts'
import { run, type RunStep } from '../tasks/change.ts'
import type { StepOutput } from '../transport/link.ts'
import { contentOf } from '../values/content.ts'
import { quoteAll } from '../values/quote.ts'
import { Account, Argv, Duration, RemotePath, SecretObject } from '../values/schema.ts'
import { defineAction, type Action } from './action.ts'

/** What running takes, for `command`, `script` and `composeExec` alike. */
export const Running = {
  stdin: z.union([z.string(), SecretObject]).optional().describe('text that is fed to its standard input; a Secret may go here, and only here'),
  directory: RemotePath.optional().describe('where it runs; default: /'),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).optional(),
  user: Account.optional().describe('whom it runs as; the connection must be root for that'),
  timeout: Duration.prefault('5m').describe('until it is stopped, with all it started'),
  okCodes: z.array(z.int().min(0).max(255)).default([0]).describe('exit codes that are fine'),
  creates: RemotePath.optional().describe('do not run when this exists'),
  removes: RemotePath.optional().describe('do not run when this does not exist'),
  changes: z.boolean().default(true).describe('false: it only looks, and runs in check mode too'),
  touches: z.array(RemotePath).optional().describe('the files that it may change, all of them; `[]`: none that a role looks at. Check mode and plans then foretell what comes after it as ever. Default: anything, and nothing after it can be foretold'),
}

export interface CommandOutput {
  readonly code: number
  /** At most 1 MiB: of more the beginning and the end, with a line between them that tells. */
  readonly stdout: string
  readonly stderr: string
  /** Bytes left out of the middle of `stdout`; 0 when it is whole. With `changes: false`, where what it prints is what is wanted, that is a failure. */
  readonly cut: number
}

type RunningParams = z.output<z.ZodObject<typeof Running>>

/** The guards `creates` and `removes` as facts; a path that was not named asks about `/`, which is there. */
export const runningFacts = (p: RunningParams) => ({ creates: path(p.creates ?? '/'), removes: path(p.removes ?? '/') })

/** What it may change: its word is taken for it. */
export function runningTouches({ changes, touches }: RunningParams): Action['touches'] {
  if (!changes) return 'nothing'
  return touches?.flatMap(aboutFile) ?? 'everything'
}

export function runningSkip(p: RunningParams, now: { creates: PathState; removes: PathState }): string | undefined {
  if (p.creates !== undefined && now.creates.kind !== 'absent') return `${p.creates} exists`
  if (p.removes !== undefined && now.removes.kind === 'absent') return `${p.removes} does not exist`
  return undefined
}

export function runningStep(argv: readonly string[], p: RunningParams): RunStep {
  return run(argv, {
    timeout: Math.max(1, p.timeout),
    okCodes: p.okCodes,
    ...(p.stdin !== undefined && { stdin: contentOf(p.stdin) }),
    ...(p.directory !== undefined && { directory: p.directory }),
    ...(p.env && { env: p.env }),
    ...(p.user !== undefined && { user: p.user }),
  })
}

/** What was printed; half of what was asked for is no answer. */
export function commandOutput({ code, stdout, stderr, cut = 0 }: StepOutput, { changes }: Pick<RunningParams, 'changes'>): ReturnType<Action<CommandOutput>['result']> {
  if (cut > 0 && !changes) return { ok: false, message: `it printed ${stdout.length + cut} bytes, and 1 MiB of what a command prints is kept`, hint: 'let it print less, or write to a file on the host' }
  return { ok: true, value: { code, stdout: stdout.toString(), stderr: stderr.toString(), cut } }
}

/**
 * Runs a command, as an argv: no shell reads it. What it may change is unknown afterwards, in check mode all that comes after it; say `touches`,
 * `creates`, `removes` or `changes: false` where that is known better.
 *
 * @example const out = await host.run(command({ argv: ['uname', '-r'], changes: false }))
 * @example if (conf.changed) await host.run(command({ argv: ['sysctl', '--system'], touches: [] }))
 */
export const command = defineAction({
  name: 'command',
  doc: 'Runs a command. No shell reads it: `argv` is passed on word by word.',
  params: z.strictObject({ argv: Argv, ...Running }),
  title: (p) => cut(quoteAll(p.argv), 120),
  facts: runningFacts,
  skip: runningSkip,
  steps: (p) => [runningStep(p.argv, p)],
  changes: (p) => (p.changes ? [`run ${cut(quoteAll(p.argv), 200)}`] : []),
  touches: runningTouches,
  result: commandOutput,
})

/**
 * Runs a text by the host's `sh`. Values go in as `args` (`$1`, `$2`, …), never into the text.
 *
 * @example script({ text: 'tar -C "$1" -czf "$2" .', args: ['/data/shop', '/root/shop.tgz'], creates: '/root/shop.tgz' })
 */
export const script = defineAction({
  name: 'script',
  doc: 'Runs a text by the POSIX sh of the host. Values go in as arguments, never into the text.',
  params: z.strictObject({ text: z.string().min(1), args: z.array(z.string()).default([]), ...Running }),
  title: (p) => firstLine(p.text),
  facts: runningFacts,
  skip: runningSkip,
  steps: (p) => [runningStep(['sh', '-c', p.text, 'sh', ...p.args], p)],
  changes: (p) => (p.changes ? [`run ${firstLine(p.text)}`] : []),
  touches: runningTouches,
  result: commandOutput,
})

/** Whoever reads a plan has to see that there is more. */
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most).trimEnd()}…` : text)

function firstLine(text: string): string {
  const [line = '', ...more] = text.trim().split('\n')
  return line.length > 80 || more.length === 0 ? cut(line, 80) : `${line} …`
}
