import { quote } from '../values/quote.ts'
import { defineFact, Unreadable, type Fact } from './fact.ts'

/** Where safeguards lie on a host, a folder each, root's alone. */
export const SAFEGUARDS = '/var/lib/hostwright/guard'

export const safeguardPath = (id: string): string => `${SAFEGUARDS}/${id}`

/** What became of a safeguard on its host. */
export type SafeguardState =
  /** Never armed, or cancelled, or told and taken away. */
  | { readonly kind: 'none' }
  /** Its timer runs. */
  | { readonly kind: 'armed' }
  /** It is being put back, or whoever did that was ended. */
  | { readonly kind: 'fired' }
  /** It came to its end. `ok`: every path is as it was, and every command ended well. */
  | { readonly kind: 'over'; readonly ok: boolean; readonly at: string; readonly differs: readonly string[]; readonly log: string }

/** `safeguardState(id)`: how far it came, with every path compared to its snapshot. */
export const safeguardState: (id: string) => Fact<SafeguardState> = defineFact<string, SafeguardState>({
  name: 'safeguardState',
  blank: { kind: 'none' },
  read: (id) => `[ ! -d ${quote(safeguardPath(id))} ] && echo 'state none' || sh ${quote(`${safeguardPath(id)}/safeguard.sh`)} look`,
  parse: (output) => {
    const lines = output.toString().split('\n')
    const said = (word: string) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
    const [state] = said('state')
    const [, result, at = ''] = /^(ok|failed) (\S+)$/.exec(said('outcome')[0] ?? '') ?? []
    const differs = said('differs')
    if (result !== undefined) return { kind: 'over', ok: result === 'ok' && differs.length === 0, at, differs, log: said('log').join('\n') }
    if (state === 'armed' || state === 'fired') return { kind: state }
    return state === 'none' || state === 'cancelled' ? { kind: 'none' } : new Unreadable('what became of the safeguard cannot be read')
  },
})

/** What a look brought under the key of such a fact. */
export const isSafeguardState = (value: unknown): value is SafeguardState => typeof value === 'object' && value !== null && 'kind' in value
