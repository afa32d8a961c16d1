import { isSame, keyChanges, toldChanges, type EnvDocument } from './document.ts'
import { GaveUp } from './gave-up.ts'
import { lookUp, refuseBad, refuseMissing, type OnHosts } from './look-up.ts'
import { readStored, wholeName, writeStored, type Stored } from './stored.ts'
import { targetsOf, type UsedStore, type Work } from './work.ts'

/** `upload`: what hosts have goes into the store. */
export const upload = (work: Work, names: readonly string[]): Promise<number> => uploadAll(work, names, (message) => { throw new GaveUp(2, [{ message: `${message}; nothing was stored` }]) })

/** `batch-upload`: the same for several. A service without any settings has an empty .env, which keeps no other from being stored. */
export const batchUpload = (work: Work, names: readonly string[]): Promise<number> => uploadAll(work, names, (message) => work.say(`${message}: nothing to store`))

async function uploadAll(work: Work, names: readonly string[], tellEmpty: (message: string) => void): Promise<number> {
  // Whether the store answers is known before a host is contacted.
  const early = names.length === 0 ? undefined : await all(work, () => names)
  const onHosts = await lookUp(work, names)
  refuseBad(onHosts)
  const where = work.targets.map(({ host }) => host.name).join(', ')
  refuseMissing(onHosts, names, ({ there }) => there, (name) => `there is no .env of ${name} on ${where}`)
  const wanted = new Map(work.stores.map((used) => [used, sources(work, used, onHosts)]))
  for (const services of wanted.values())
    for (const [name, { document, hosts }] of services) {
      if (document.text.reveal().trim() !== '') continue
      tellEmpty(`the .env of ${name} of ${hosts.join(', ')} is empty`)
      services.delete(name)
    }
  const stored = early ?? (await all(work, (used) => [...(wanted.get(used)?.keys() ?? [])]))

  const writes: { used: UsedStore; name: string; before: Stored; document: EnvDocument }[] = []
  for (const [used, services] of wanted) {
    for (const [name, { document, hosts }] of services) {
      const before: Stored = stored.get(used)?.get(name) ?? { form: 'whole', versions: new Map() }
      const changes = keyChanges(before.document, document)
      // Keys of their own have no comments, and no order.
      const nothing = isSame(before.form === 'per-key' ? { ...changes, rewritten: false } : changes)
      work.say(`${name} of ${hosts.join(', ')} → ${before.form === 'whole' ? wholeName(name) : `${name}/…`} in ${used.store.title}${nothing ? ': nothing to do' : ''}`)
      if (nothing) continue
      for (const line of toldChanges(changes)) work.say(line)
      if (before.form === 'per-key' && changes.gone.length > 0) work.say(`  ${changes.gone.join(', ')}: only in the store, and stays there; take it away by hand`)
      if (before.form === 'per-key' && changes.added.length + changes.changed.length === 0) continue
      writes.push({ used, name, before, document })
    }
  }
  if (writes.length === 0 || work.typed.has('check')) return writes.length > 0 && work.typed.has('detailed-exitcode') ? 6 : 0
  if (!(await work.confirm(`store ${writes.map(({ name }) => name).join(', ')}?`))) throw new GaveUp(2, [{ message: 'nothing was stored' }])
  for (const { used, name, before, document } of writes) await writeStored(work, used, name, before, document)
  return 0
}

/** What the stores have, each for its services. */
export async function all(work: Work, names: (used: UsedStore) => readonly string[]): Promise<Map<UsedStore, Map<string, Stored>>> {
  return new Map(await Promise.all(work.stores.map(async (used) => [used, await readStored(work, used, names(used))] as const)))
}

interface Source {
  readonly document: EnvDocument
  readonly hosts: readonly string[]
}

/** The one document a name has on the hosts of a store. @throws GaveUp where they differ: which of them is meant? */
function sources(work: Work, used: UsedStore, onHosts: OnHosts): Map<string, Source> {
  const found = new Map<string, Source>()
  const torn = new Map<string, string>()
  for (const target of targetsOf(work, used)) {
    for (const { name, document } of onHosts.get(target) ?? []) {
      if (document === undefined) continue
      const known = found.get(name)
      const { added, changed, gone } = keyChanges(known?.document, document)
      const keys = known === undefined ? [] : [...added, ...changed, ...gone]
      if (keys.length > 0) torn.set(name, `${target.host.name} has another .env of ${name} than ${known?.hosts.join(', ') ?? ''}: ${keys.join(', ')}`)
      found.set(name, { document: known?.document ?? document, hosts: [...(known?.hosts ?? []), target.host.name] })
    }
  }
  if (torn.size > 0) throw new GaveUp(2, [...torn.values()].map((message) => ({ message, hint: 'say which host is right: -l HOST' })))
  return found
}
