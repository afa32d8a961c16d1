import { fileURLToPath } from 'node:url'
import { InputError } from '../diagnostic/diagnostic.ts'
import { printDiagnostic } from '../diagnostic/print.ts'
import { placeOf } from '../host/origin.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { Interrupted } from './ask.ts'
import { runCommand } from './run-command.ts'
import { isProgram, watchForUnrun } from './unrun.ts'

const reachedMain = watchForUnrun()

/**
 * Ends a playbook's file: run directly (`tsx playbooks/infra.ts`) the playbook runs and the process ends with its exit code;
 * imported, nothing happens.
 *
 * @example
 * export default definePlaybook({ … })
 * await main(import.meta, playbook)
 */
export async function main(meta: { readonly url: string }, playbook: Playbook): Promise<void> {
  if (!isProgram(fileURLToPath(meta.url))) return
  reachedMain()
  await exitWith(() => runCommand(playbook, process.argv.slice(2), `npx tsx playbooks/${playbook.name}.ts`))
}

/** Does the work of a command, and ends the process with its exit code. */
export async function exitWith(work: () => Promise<number>): Promise<never> {
  process.exit(await guarded(work))
}

/** Whatever nobody expected is a bug of ours: said as such, with exit 1. */
async function guarded(work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Interrupted) {
      process.stderr.write(`Interrupted; ${error.message}.\n`)
      return 130
    }
    if (error instanceof InputError) {
      process.stderr.write(`${error.diagnostics.map(printDiagnostic).join('\n')}\n`)
      return 3
    }
    // Nobody was contacted yet: what happens on hosts is caught there.
    const place = error instanceof Error ? placeOf(error) : undefined
    if (error instanceof Error && place) {
      process.stderr.write(`${printDiagnostic({ message: `the playbook does not work: ${error.message}`, at: place })}\n`)
      return 3
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`This is a bug in hostwright:\n${text}\n`)
    return 1
  }
}
