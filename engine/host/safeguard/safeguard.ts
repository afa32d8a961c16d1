import { z } from 'zod'
import { SAFEGUARDS } from '../../facts/safeguard.ts'
import { STAMPS } from '../../tasks/service.ts'
import { sentences } from '../../diagnostic/zod.ts'
import { ParamsError } from '../../tasks/task.ts'
import { originHere } from '../../values/origin.ts'
import { Argv, Duration, RemotePath } from '../../values/schema.ts'

/** True where one of them lies in the other. */
const overlap = (a: string, b: string) => a === '/' || `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`)

const Params = z
  .strictObject({
    paths: z
      .array(RemotePath.refine((path) => !overlap(path, SAFEGUARDS), 'the snapshot would lie in what it is of'))
      .default([])
      .describe('files and directories that are put back as they are now, with modes, owners and times; what is absent now is removed. Links are not followed'),
    state: z
      .array(z.strictObject({ save: Argv, restore: Argv }))
      .default([])
      .describe('what is no file: what `save` prints now is fed to `restore` then'),
    after: z.array(Argv).default([]).describe('run when all has been put back, in this order: the reload of what reads the files'),
    within: Duration.prefault('60s')
      .refine((seconds) => seconds >= 5 && seconds <= 3600, 'between 5s and 1h')
      .describe('how long the host waits for us: the tasks, a reload and a new connection must fit in'),
    settle: Duration.prefault('2s')
      .refine((seconds) => seconds <= 60, 'at most 60s')
      .describe('how long is waited, when all is done, before the new connection: a daemon that was told to reload may let us in as before for a moment'),
  })
  .refine(({ within, settle }) => settle < within, '`settle` must fit into `within`')
  .refine(({ paths, state }) => paths.length + state.length > 0, 'say what is put back: `paths`, `state` or both')

/** What the host puts back by itself when a change has shut us out. */
export type SafeguardParams = z.input<typeof Params>

/** A safeguard, checked; for one `guarded`. */
export interface Safeguard extends Readonly<z.output<typeof Params>> {
  /** What people read: "safeguard /etc/ssh/sshd_config.d". */
  readonly title: string
  /** Where the author asked for it. */
  readonly origin: Error
}

/** @throws ParamsError before anything is asked of the host. */
export function safeguardOf(params: SafeguardParams): Safeguard {
  const parsed = Params.safeParse(params)
  if (!parsed.success) throw new ParamsError('guarded', sentences(parsed.error, Params, params))
  const { paths, state } = parsed.data
  const about = [...paths, ...state.map(({ save: [program] }) => program)]
  // With which configuration services were loaded goes back together with the configuration.
  return { ...parsed.data, paths: [...paths, STAMPS], title: `safeguard ${about.join(' ')}`, origin: originHere('guarded') }
}
