import type { AnyAuthMethod, AuthenticationType } from 'ssh2'
import { unreachable } from '../../values/unreachable.ts'
import type { Credential } from './credentials.ts'
import type { Hop } from './route.ts'

/** One login: what to try next, and what was tried. */
export interface Login {
  /** For ssh2's `authHandler`: never `none` first, each credential once, none the server does not take; `false` when there is no more. */
  next(methodsLeft: readonly AuthenticationType[] | null): AnyAuthMethod | false
  /** Everything was tried and refused. */
  exhausted(): boolean
  /** "key /root/.ssh/id_ed25519, the password" */
  tried(): string
  /** What the server says it takes: "publickey, password". */
  takes(): string
}

export function newLogin({ user, credentials }: Pick<Hop, 'user' | 'credentials'>): Login {
  const waiting = credentials.flatMap((credential) => attempts(user, credential))
  const tried = new Set<string>()
  let takes: readonly string[] = []
  let exhausted = false

  return {
    next(methodsLeft) {
      if (methodsLeft !== null) takes = methodsLeft
      for (let attempt = waiting.shift(); attempt !== undefined; attempt = waiting.shift()) {
        const method = attempt.method.type === 'agent' ? 'publickey' : attempt.method.type
        if (methodsLeft !== null && !methodsLeft.includes(method)) continue
        tried.add(attempt.label)
        return attempt.method
      }
      exhausted = true
      return false
    },
    exhausted: () => exhausted,
    tried: () => [...tried].join(', ') || 'nothing it would take',
    takes: () => takes.join(', '),
  }
}

function attempts(username: string, credential: Credential): { label: string; method: AnyAuthMethod }[] {
  const { label } = credential
  switch (credential.kind) {
    case 'key':
      return [{ label, method: { type: 'publickey', username, key: credential.key } }]
    case 'agent':
      return [{ label, method: { type: 'agent', username, agent: credential.agent } }]
    case 'password':
      return [
        { label, method: { type: 'password', username, password: credential.password.reveal() } },
        { label, method: { type: 'keyboard-interactive', username, prompt: answerOnce(() => credential.password.reveal()) } },
      ]
    default:
      return unreachable(credential)
  }
}

/** Answers the first hidden prompt that stands alone with the password. Anything else (a second round, a code from a phone) is left empty and so refused: asking goes on for ever otherwise. */
function answerOnce(reveal: () => string): (name: string, instructions: string, language: string, prompts: readonly { echo?: boolean }[], finish: (answers: string[]) => void) => void {
  let answered = false
  return (_name, _instructions, _language, prompts, finish) => {
    const isPassword = !answered && prompts.length === 1 && prompts[0]?.echo !== true
    answered ||= isPassword
    finish(prompts.map(() => (isPassword ? reveal() : '')))
  }
}
