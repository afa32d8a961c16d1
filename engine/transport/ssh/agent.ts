import type { BaseAgent, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2'
import { within } from './deadline.ts'
import { loadSsh2 } from './ssh2.ts'

/** A local socket answers at once, or its agent is asleep. */
const AGENT_MS = 5_000

/** One key of the agent, as an agent of its own: so each key offered to a server can be chosen and counted. */
export interface AgentKey {
  readonly publicKey: Buffer
  readonly comment: string
  readonly agent: BaseAgent<ParsedKey>
}

/** The keys of an ssh agent; a text says why it has none to give. Certificates and security keys are passed over: ssh2 cannot use them. */
export async function agentKeys(socket: string): Promise<AgentKey[] | string> {
  const ssh2 = await loadSsh2()
  const agent = new ssh2.OpenSSHAgent(socket)
  const keys = await within(
    AGENT_MS,
    new Promise<readonly unknown[] | string>((resolve) => {
      agent.getIdentities((error, keys) => resolve(error ? `the ssh agent at ${socket} does not answer (${error.message})` : (keys ?? [])))
    }),
    () => `the ssh agent at ${socket} does not answer within ${AGENT_MS / 1000} s`,
  )
  if (typeof keys === 'string') return keys

  class OneKey extends ssh2.BaseAgent<ParsedKey> {
    readonly #key: ParsedKey
    constructor(key: ParsedKey) {
      super()
      this.#key = key
    }
    getIdentities(done: (error: undefined, keys: ParsedKey[]) => void): void {
      done(undefined, [this.#key])
    }
    sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
      if (typeof options === 'function') agent.sign(key, data, options)
      else agent.sign(key, data, options, done)
    }
  }

  return keys.flatMap((given) => {
    const key = isKey(given) ? given : undefined
    if (key === undefined || key.type.includes('-cert-')) return []
    return { publicKey: key.getPublicSSH(), comment: key.comment, agent: new OneKey(key) }
  })
}

/** ssh2's types allow an agent of one's own to answer with texts or buffers; its own one answers with keys. */
function isKey(key: unknown): key is ParsedKey {
  return typeof key === 'object' && key !== null && 'getPublicSSH' in key
}
