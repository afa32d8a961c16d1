import { GaveUp } from './gave-up.ts'
import { keysOf, readStored, wholeName, type Form, type Stored } from './stored.ts'
import { formsRead } from './usage.ts'
import { targetsOf, type UsedStore, type Work } from './work.ts'

/**
 * What is stored of a service, or of one key of it. Where it is stored in both forms, the one that the inventory reads is meant: another value in the
 * other would come to nobody.
 *
 * @throws GaveUp when the inventory reads both, or neither: which is meant is not guessed.
 */
export async function readMeant(work: Work, used: UsedStore, service: string, key?: string): Promise<Stored> {
  const has = ({ document, unread }: Stored) => (key === undefined ? document !== undefined || unread !== undefined : document?.values.has(key) === true)
  const first = (await readStored(work, used, [service], key === undefined)).get(service) ?? { form: 'whole', versions: new Map<string, string>() }
  if (work.typed.has('per-key') || work.typed.has('whole') || first.form === 'per-key' || (first.document === undefined && first.unread === undefined)) return first
  const read = formsRead(targetsOf(work, used).map(({ host }) => host), service, key)
  // Without a look at the others: who may read this file only goes on.
  if (has(first) && read.has('whole') && read.size === 1) return first
  const second = await keysOf(used.store, service, true)
  if (!has(second)) return first
  if (!has(first)) return second
  const [only, other] = read
  if (only !== undefined && other === undefined) return only === 'whole' ? first : second
  throw new GaveUp(2, [{
    message: `${key === undefined ? service : `${key} of ${service}`} is stored twice in ${used.store.title}, as ${titleOf('whole', service, key)} and as ${titleOf('per-key', service, key)}, and ${other === undefined ? 'no variable of these hosts refers to either' : 'the inventory refers to both'}; nothing was stored`,
    hint: `--whole takes the first, --per-key the second${other === undefined ? '' : '; do it with each, or let the inventory refer to one of them'}`,
  }])
}

/** What is written, as a reference names it: "redis/.env#PASSWORD", or "redis/PASSWORD". */
export function titleOf(form: Form, service: string, key: string | undefined): string {
  return form === 'whole' ? `${wholeName(service)}${key === undefined ? '' : `#${key}`}` : `${service}/${key ?? '…'}`
}
