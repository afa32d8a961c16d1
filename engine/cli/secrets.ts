import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import type { PreparedPlay } from '../playbook/prepare.ts'
import type { RunSecrets } from '../secrets/run-secrets.ts'
import type { Here } from '../secrets/open.ts'
import { err, type Result } from '../values/result.ts'

type Prepared = Result<readonly PreparedPlay[], readonly Diagnostic[]>

/** Params can decide which roles are used, and so which secrets: asking again may bring more, but not for ever. */
const ROUNDS = 3

/** Where stores are opened from: here, on the controller. */
export function storesHere(cwd: string): Here {
  // Which Node the next SDK wants is of no use to who deploys.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  return { env: process.env, cwd }
}

/**
 * Asks the stores for what the plays need, and prepares the plays again with it. No host has been contacted; where one secret is missing, none will be.
 *
 * @param prepared what was prepared with stand-ins.
 * @param look prepares again.
 */
export async function askForSecrets(secrets: RunSecrets, prepared: Prepared, look: () => Prepared, cwd: string): Promise<Prepared> {
  let plays = prepared
  for (let round = 0; !secrets.complete; round++) {
    if (round === ROUNDS) throw new Error('the secrets that the plays need are others each time')
    await secrets.ask(storesHere(cwd))
    plays = look()
  }
  const problems = [...(plays.ok ? [] : plays.error), ...secrets.problems]
  return problems.length > 0 ? err(problems) : plays
}

/** For `--syntax-check`, which contacts nobody: what it can say nothing about. */
export async function notLookedAt(secrets: RunSecrets, cwd: string): Promise<string> {
  const unasked = await secrets.unasked(storesHere(cwd))
  return unasked.map((each) => `not looked at: ${each}\n`).join('')
}
