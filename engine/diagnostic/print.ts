import { visible } from '../values/visible.ts'
import type { Diagnostic, Place } from './diagnostic.ts'

/**
 * A diagnostic as a person reads it:
 *
 * ```
 * inventory/prod.yml:5:5 unknown key "prot"
 *     prot: 22
 *     ~~~~
 *   did you mean "port"?
 * ```
 */
export function printDiagnostic(diagnostic: Diagnostic): string {
  const { at, message, hint } = diagnostic
  const lines = [at === undefined ? message : `${at.file}:${at.line}:${at.column} ${message}`]
  if (at?.text !== undefined) lines.push(...squiggle(at, at.text))
  if (hint !== undefined) lines.push(`  ${hint}`)
  return lines.map((line) => visible(line)).join('\n')
}

const WIDEST = 160

function squiggle(at: Place, text: string): string[] {
  if (text.length > WIDEST) return []
  const start = at.column - 1
  const length = Math.max(1, Math.min(at.length ?? 1, text.length - start))
  const indent = text.slice(0, start).replace(/[^\t]/g, ' ')
  return [`    ${text}`, `    ${indent}${'~'.repeat(length)}`]
}
