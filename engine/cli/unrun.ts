import { existsSync, realpathSync } from 'node:fs'
import { printDiagnostic } from '../diagnostic/print.ts'
import { definitions } from '../playbook/playbook.ts'

/** Whether this file is what was started: `tsx FILE`, `node FILE`. */
export function isProgram(file: string): boolean {
  const script = process.argv[1]
  return script !== undefined && existsSync(script) && existsSync(file) && realpathSync(file) === realpathSync(script)
}

/**
 * From here on the end of the process is watched, until its `main` is reached. A playbook's file that was started and does not end with `main` would do
 * nothing, say nothing and exit with 0, and its operator would take it for done. In a test it is left alone: there a playbook may be looked at only.
 *
 * @returns what to call when that is reached
 */
export function watchForUnrun(): () => void {
  const check = (code: number): void => {
    if (code !== 0 || process.env['NODE_TEST_CONTEXT'] !== undefined) return
    const unrun = definitions.filter(({ at }) => at !== undefined && isProgram(at.file))
    for (const { name, at } of unrun) process.stderr.write(`${printDiagnostic({ message: `the playbook "${name}" was not run: nothing was done`, ...(at && { at }), hint: 'end its file with: await main(import.meta, playbook)' })}\n`)
    if (unrun.length > 0) process.exitCode = 3
  }
  process.once('exit', check)
  return () => void process.off('exit', check)
}
