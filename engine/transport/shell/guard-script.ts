import { isGuarded, isPathState } from '../../facts/guarded.ts'
import { quote, quoteAll } from '../../values/quote.ts'
import type { Guard } from '../link.ts'

const TYPE_BITS = { file: 0o100000, directory: 0o040000, link: 0o120000 }

/**
 * A test that the cheap facts still read as they did at the look: kind, mode, owner, digest, where a link leads. What was absent costs
 * no process at all.
 * Returns sh that succeeds when nothing moved, or '' when there is nothing to compare.
 */
export function guardScript(guards: readonly Guard[]): string {
  const absent: string[] = []
  const stats: { at: string; line: string }[] = []
  const sums: { at: string; line: string }[] = []
  const links: { at: string; line: string }[] = []
  for (const { fact, value } of guards) {
    if (!isGuarded(fact, value)) continue
    const at = String(fact.arg)
    if (typeof value === 'string') sums.push({ at, line: `${value}  ${at}` })
    if (!isPathState(value) || value.kind === 'other') continue
    if (value.kind === 'absent') absent.push(at)
    if (value.kind === 'link') links.push({ at, line: value.target })
    if (value.kind !== 'absent') stats.push({ at, line: `${(TYPE_BITS[value.kind] | Number.parseInt(value.mode, 8)).toString(16)} ${value.uid} ${value.gid} ${at}` })
  }
  const tests = absent.map((at) => `[ ! -e ${quote(at)} ] && [ ! -h ${quote(at)} ]`)
  if (stats.length > 0) tests.push(same(`stat -c "%f %u %g %n" -- ${quoteAll(stats.map(({ at }) => at))}`, stats))
  if (sums.length > 0) tests.push(same(`sha256sum -- ${quoteAll(sums.map(({ at }) => at))}`, sums))
  for (const link of links) tests.push(same(`readlink -- ${quote(link.at)}`, [link]))
  return tests.join(' && ')
}

const same = (command: string, expected: readonly { line: string }[]) =>
  `[ "$(${command} 2>/dev/null)" = ${quote(expected.map(({ line }) => line).join('\n'))} ]`
