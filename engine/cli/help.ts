import type { Playbook } from '../playbook/playbook.ts'
import { paramsOf } from '../playbook/params.ts'
import { FLAGS } from './flags.ts'

/** The text of `--help`: what the playbook is for, its own params with types and defaults, then the flags of every playbook. */
export function helpText(playbook: Playbook, command: string): string {
  const params = paramsOf(playbook).map(({ name, flag, type, doc, required, fallback }) => [
    flag in FLAGS ? `-e ${name}=…` : `--${flag} ${type}`,
    [doc, required ? 'required' : fallback === undefined ? '' : `default ${fallback}`].filter(Boolean).join('; '),
  ])
  const flags = Object.entries(FLAGS).map(([name, flag]) => [
    `${'short' in flag ? `-${flag.short}, ` : '    '}--${name}${'takes' in flag ? ` ${flag.takes}` : ''}`,
    flag.doc,
  ])
  const exits = ['0 done', '1 bug in the engine', '2 a task failed', '3 bad input, nothing contacted', '4 unreachable', '5 locked', '6 changes pending (--check --detailed-exitcode)', '7 outcome unknown', '130 interrupted']
  return [
    `${command} -i INVENTORY [flags]`,
    '',
    playbook.doc,
    ...(params.length > 0 ? ['', 'Params (as a flag, or with -e name=value):', ...table(params)] : []),
    '',
    'Flags:',
    ...table(flags),
    '',
    'Exit codes:',
    ...exits.map((each) => `  ${each}`),
    '',
  ].join('\n')
}

function table(rows: readonly (readonly string[])[]): string[] {
  const width = Math.min(34, Math.max(...rows.map(([left = '']) => left.length)))
  return rows.map(([left = '', right = '']) => (left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`).trimEnd())
}
