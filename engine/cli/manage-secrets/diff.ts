import { count } from '../../report/text/words.ts'
import { isSame, keyChanges } from './document.ts'
import { lookUp, refuseBad, refuseMissing } from './look-up.ts'
import { all } from './upload.ts'
import { targetsOf, type Work } from './work.ts'

/** `diff NAME`: by key, never by value. */
export async function diff(work: Work, names: readonly string[]): Promise<number> {
  const stored = await all(work, () => names)
  const onHosts = await lookUp(work, names)
  refuseBad(onHosts)
  const missing = (name: string) => `there is no directory of ${name} on ${work.targets.map(({ host }) => host.name).join(', ')}`
  refuseMissing(onHosts, names, () => true, missing)
  let differs = false
  for (const used of work.stores) {
    for (const target of targetsOf(work, used)) {
      for (const { name, path, document } of onHosts.get(target) ?? []) {
        const known = stored.get(used)?.get(name)
        const where = `${target.host.name}:${path}`
        if (document === undefined || known?.document === undefined) {
          const nowhere = document === undefined && known?.document === undefined
          differs ||= !nowhere
          work.say(`${where}: ${document === undefined ? 'not on the host' : ''}${nowhere ? ', and ' : ''}${known?.document === undefined ? `not in ${used.store.title}` : ''}`)
          continue
        }
        const found = keyChanges(document, known.document)
        const changes = { ...found, rewritten: found.rewritten && known.form === 'whole' }
        const equal = isSame({ ...changes, rewritten: false }) // comments, order and quotes are no secrets
        differs ||= !equal
        work.say(`${where} and ${used.store.title}: ${equal ? `the same, ${count(changes.same.length, 'key')}` : 'they differ'}`)
        for (const [word, keys] of [['differ', changes.changed], ['only on the host', changes.gone], ['only in the store', changes.added]] as const) if (keys.length > 0) work.say(`  ${word}: ${keys.join(', ')}`)
        if (changes.rewritten) work.say('  comments, order or quotes are not')
      }
    }
  }
  return differs ? 6 : 0
}
