import type { Diagnostic } from '../../diagnostic/diagnostic.ts'
import { printDiagnostic } from '../../diagnostic/print.ts'
import { makeSink } from '../../report/sink.ts'
import { VERSION } from '../version.ts'
import { GaveUp } from './gave-up.ts'
import { HELP, readSecretsLine } from './grammar.ts'
import { prepareWork } from './prepare.ts'

/** One command line of `manage-secrets`, from its words to its exit code. */
export async function manageSecrets(argv: readonly string[]): Promise<number> {
  const out = makeSink(process.stdout)
  const complaints = makeSink(process.stderr)
  const tell = (problems: readonly Diagnostic[]) => complaints.write(problems.map((each) => `${printDiagnostic(each)}\n`).join(''))
  try {
    const line = readSecretsLine(argv)
    if (!line.ok) throw new GaveUp(3, line.error)
    const { typed, command, words } = line.value
    if (typed.has('version')) out.write(`hostwright ${VERSION}\n`)
    if (command === undefined) out.write(typed.has('version') ? '' : HELP)
    else return await command.run(await prepareWork(typed, command, words, { cwd: process.cwd(), line: `manage-secrets ${typed.shown}`, out, warn: tell }), words)
    return 0
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error
    const count = error.problems.length === 1 ? '1 problem' : `${error.problems.length} problems`
    tell(error.exit === 3 ? [...error.problems, { message: `${count}; no host was contacted.` }] : error.problems)
    return error.exit
  } finally {
    await Promise.all([out.flush(), complaints.flush()])
  }
}
