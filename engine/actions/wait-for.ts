import { z } from 'zod'
import { aboutFile } from '../facts/path.ts'
import { run } from '../tasks/change.ts'
import { Address } from '../tasks/download.ts'
import { visible } from '../values/visible.ts'
import { Duration, Port, RemotePath } from '../values/schema.ts'
import { defineAction } from './action.ts'
import { GAVE_UP, NO_TOOL, WAIT } from './wait-script.ts'

const Waiting = {
  timeout: Duration.prefault('60s').describe('until it is given up'),
  interval: Duration.prefault('1s').describe('between two looks'),
}

/** A POSIX extended regular expression: the host looks for it, with grep -E. */
const HostPattern = z.string().min(1).refine((text) => !/[\n\0]/.test(text), 'a pattern is one line')

const Kinds = {
  port: z.strictObject({
    port: Port,
    address: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'an address is a name or an IP').default('127.0.0.1').describe('as seen from the host'),
    state: z.enum(['open', 'closed']).default('open'),
    ...Waiting,
  }),
  http: z.strictObject({
    http: Address.describe('asked for by the host itself, with curl or wget'),
    status: z.union([z.int(), z.array(z.int()).min(1)]).default(200),
    body: HostPattern.optional().describe('a POSIX extended regular expression that a line of the body must match'),
    ...Waiting,
  }),
  file: z.strictObject({ file: RemotePath, state: z.enum(['present', 'absent']).default('present'), ...Waiting }),
  log: z.strictObject({ log: RemotePath, line: HostPattern.describe('a POSIX extended regular expression that a line of the file must match'), ...Waiting }),
}

/** Of the four forms, the one that was meant is the one whose problems are told. */
const Params = z.union([Kinds.port, Kinds.http, Kinds.file, Kinds.log], {
  error: ({ input }) => {
    const meant = typeof input === 'object' && input !== null ? Object.entries(Kinds).filter(([key]) => key in input) : []
    const [only] = meant
    if (meant.length !== 1 || only === undefined) return 'give one of `port`, `http`, `file` and `log`'
    return only[1].safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.') || only[0]}: ${message}`).join('; ')
  },
})

/** What was waited for, and how long that took. */
export interface Waited {
  readonly waitedFor: string
  readonly seconds: number
  readonly attempts: number
  /** What the last look saw: "connected", "200", "present". */
  readonly last: string
}

/**
 * Waits until something on the host is so: one loop there, one turn on the wire. It changes nothing, and runs in check mode too unless
 * something before it would change.
 *
 * @example
 * await host.run(waitFor({ port: 5432, timeout: '30s' }))
 * await host.run(waitFor({ http: 'http://127.0.0.1:8080/health', status: 200, body: '"status": *"ok"' }))
 * await host.run(waitFor({ file: '/run/app.pid', state: 'absent' }))
 * await host.run(waitFor({ log: '/var/log/app.log', line: 'ready to accept connections' }))
 */
export const waitFor = defineAction({
  name: 'waitFor',
  doc: 'Waits until a port is open, an HTTP address answers, a file is there, or a log holds a line. Fails with what it saw last.',
  params: Params,
  title: aim,
  steps: (p) => [run(['sh', '-c', WAIT, 'sh', String(Math.ceil(p.timeout)), String(p.interval), ...wish(p)], { timeout: p.timeout + 30, okCodes: [0, GAVE_UP, NO_TOOL] })],
  changes: () => [],
  // It has become otherwise than it was seen to be, by somebody else's doing.
  touches: (p) => ('file' in p ? aboutFile(p.file) : 'log' in p ? aboutFile(p.log) : 'nothing'),
  result: ({ code, stdout }, p) => {
    const said = (word: string) => visible(new RegExp(`^${word} (.*)$`, 'm').exec(stdout.toString())?.[1] ?? '', 'line')
    const last = said('last')
    if (code === NO_TOOL) return { ok: false, message: last, hint: 'install one of them: packages({ names: [\'curl\'] })' }
    if (code === GAVE_UP) return { ok: false, message: `${aim(p)}: not within ${p.timeout} s (${said('attempts')} looks); last: ${last}` }
    const value: Waited = { waitedFor: aim(p), seconds: Number(said('seconds')), attempts: Number(said('attempts')), last }
    return { ok: true, value }
  },
})

type Wish = z.output<typeof Params>

function aim(p: Wish): string {
  if ('port' in p) return `${p.address}:${p.port} ${p.state}`
  if ('http' in p) return `${p.http} answers ${codes(p.status).join(' or ')}${p.body === undefined ? '' : ` with ${p.body}`}`
  if ('file' in p) return `${p.file} ${p.state}`
  return `${p.log} holds ${p.line}`
}

/** The script's words: what kind, and its details. */
function wish(p: Wish): string[] {
  if ('port' in p) return ['port', p.address, String(p.port), p.state]
  if ('http' in p) return ['http', p.http, codes(p.status).join(' '), p.body ?? '']
  if ('file' in p) return ['file', p.file, p.state]
  return ['log', p.log, p.line]
}

const codes = (status: number | readonly number[]) => (typeof status === 'number' ? [status] : status)
