import type { Playbook } from '../playbook/playbook.ts'
import { paramsOf } from '../playbook/params.ts'
import { FLAGS, type Flag } from './flags.ts'

/** The text of `--help`: what the playbook is for, its own params with types and defaults, then the flags of every playbook. */
export function helpText(playbook: Playbook, command: string): string {
  const params = paramsOf(playbook).map(({ name, flag, type, doc, required, fallback }) => [
    flag in FLAGS ? `-e ${name}=…` : `--${flag} ${type}`,
    [doc, required ? 'required' : fallback === undefined ? '' : `default ${fallback}`].filter(Boolean).join('; '),
  ])
  const exits = ['0 done', '1 bug in the engine', '2 a task failed, or it is not as planned', '3 bad input, nothing contacted', '4 unreachable', '5 locked', '6 changes pending (--check --detailed-exitcode)', '7 outcome unknown', '130 interrupted']
  return [
    `${command} -i INVENTORY [flags]`,
    '',
    playbook.doc,
    ...(params.length > 0 ? ['', 'Params (as a flag, or with -e name=value):', ...table(params)] : []),
    '',
    'Flags:',
    ...table(flagRows(FLAGS)),
    '',
    'Exit codes:',
    ...exits.map((each) => `  ${each}`),
    '',
  ].join('\n')
}

/** A table of flags as rows: how each is written, what it is for. */
export function flagRows(flags: Readonly<Record<string, Flag>>): string[][] {
  return Object.entries(flags).map(([name, { short, takes, doc }]) => [`${short === undefined ? '    ' : `-${short}, `}--${name}${takes === undefined ? '' : ` ${takes}`}`, doc])
}

/** Two columns; what is too long for the left one gets a line of its own. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const width = Math.min(34, Math.max(...rows.map(([left = '']) => left.length)))
  return rows.map(([left = '', right = '']) => (left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`).trimEnd())
}
