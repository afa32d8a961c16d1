import { count } from '../../report/text/words.ts'
import { UNVERSIONED } from '../../secrets/store.ts'
import { speakOf } from '../../values/redact.ts'
import { table } from '../help.ts'
import { lookUp } from './look-up.ts'
import { storeFailed, type Work } from './work.ts'

/** `list-local`: what there is on the hosts. A file that others can read is pointed out. */
export async function listLocal(work: Work): Promise<number> {
  for (const [{ host, services }, found] of await lookUp(work, [])) {
    const files = found.filter(({ there }) => there)
    work.say(`${host.name}${files.length === 0 ? `: no .env below ${services}` : ''}`)
    const rows = files.map(({ path, mode, document, problem }) => {
      const keys = document === undefined ? [] : [count(document.values.size, 'key')]
      return [path, [...keys, ...(problem === undefined ? [] : [`not usable: ${problem}`]), ...(mode === '' || mode === '0600' || mode === '0400' ? [] : [`WARNING: mode ${mode}, should be 0600`])].join(', ')]
    })
    if (rows.length > 0) for (const row of table(rows)) work.say(row)
  }
  return 0
}

/** `list-remote`: names and versions. */
export async function listRemote(work: Work): Promise<number> {
  for (const { store, hosts } of work.stores) {
    const listed = await store.list()
    if (!listed.ok) throw storeFailed(listed.error)
    speakOf(listed.value.keys())
    work.say(`${store.title}, of ${hosts.join(', ')}${listed.value.size === 0 ? ': empty' : ''}`)
    const rows = [...listed.value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { version }]) => [name, version === '' || version === UNVERSIONED ? '' : `version ${version}`])
    if (rows.length > 0) for (const row of table(rows)) work.say(row)
  }
  return 0
}
