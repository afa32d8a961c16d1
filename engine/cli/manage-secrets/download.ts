import { text } from '../../facts/path.ts'
import type { Host } from '../../host/host.ts'
import { file } from '../../tasks/file.ts'
import { contentOfDocument, isSame, keyChanges, toldChanges, type EnvDocument } from './document.ts'
import { GaveUp } from './gave-up.ts'
import { lookUp, refuseBad, refuseMissing } from './look-up.ts'
import type { FoundService } from './on-host.ts'
import { all } from './upload.ts'
import { workOn } from './visit.ts'
import { targetsOf, type Target, type Work } from './work.ts'

interface Write {
  readonly service: FoundService
  readonly document: EnvDocument
}

/** `download` and `batch-download`: what is stored goes to the hosts, into the directories that services have there. */
export async function download(work: Work, names: readonly string[]): Promise<number> {
  const early = names.length === 0 ? undefined : await all(work, () => names)
  if (early) for (const [{ store }, services] of early) {
    const missing = [...services].filter(([, { document }]) => document === undefined).map(([name]) => name)
    if (missing.length > 0) throw new GaveUp(3, missing.map((name) => ({ message: `there is no ${name}/.env and no ${name}/… in ${store.title}`, hint: 'list-remote shows what there is' })))
  }
  const onHosts = await lookUp(work, names)
  refuseMissing(onHosts, names, () => true, (name) => `there is no directory of ${name} on ${work.targets.map(({ host }) => host.name).join(', ')}: deploy it first`)
  const stored = early ?? (await all(work, (used) => [...new Set(targetsOf(work, used).flatMap((target) => (onHosts.get(target) ?? []).map(({ name }) => name)))]))

  const writes = new Map<Target, Write[]>()
  // Secrets of their own need not be all that a file has: some stand for one variable of a role each.
  const losses: string[] = []
  for (const used of work.stores) {
    for (const target of targetsOf(work, used)) {
      for (const service of onHosts.get(target) ?? []) {
        const { form, document } = stored.get(used)?.get(service.name) ?? {}
        if (document === undefined) continue
        const changes = keyChanges(service.document, document)
        if (form === 'per-key' && changes.gone.length > 0) losses.push(`${service.path} of ${target.host.name} has ${changes.gone.join(', ')}, and of ${service.name} no such key is stored`)
        const nothing = service.there && isSame(changes) && service.mode === '0600'
        work.say(`${service.name} in ${used.store.title} → ${target.host.name}:${service.path}${nothing ? ': nothing to do' : ''}`)
        if (nothing) continue
        if (service.problem !== undefined && service.text !== undefined) work.say(`  what stands there is replaced, unread: ${service.problem}`)
        for (const line of toldChanges(changes)) work.say(line)
        if (service.mode !== '' && service.mode !== '0600') work.say(`  mode ${service.mode} becomes 0600`)
        writes.set(target, [...(writes.get(target) ?? []), { service, document }])
      }
    }
  }
  if (writes.size === 0) return 0
  // What is no text cannot be held against what stands there when it is written; nor is it known which of two twins is meant.
  refuseBad(new Map([...writes].map(([target, wanted]) => [target, wanted.map(({ service }) => service).filter(({ there, text: seen }) => there && seen === undefined)])), 'nothing was written; move it away, then run it again')
  if (losses.length > 0 && work.typed.has('yes')) throw new GaveUp(2, [...losses.map((message) => ({ message })), { message: 'nothing was written: --yes does not answer for keys that would be lost', hint: 'upload NAME --per-key stores them; without --yes it asks' }])
  if (!work.typed.has('check') && !(await work.confirm(`write ${writes.size === 1 ? 'it' : `to ${writes.size} hosts`}?`))) throw new GaveUp(2, [{ message: 'nothing was written' }])
  return workOn(work, [...writes.keys()], async (host: Host, target) => {
    const wanted = writes.get(target) ?? []
    for (const { service } of wanted) {
      const now = await host.read(text(service.path))
      const bytes = now?.kind === 'bytes' ? now.bytes.toString() : undefined
      host.assert(bytes === service.text?.reveal(), `somebody has changed ${service.path} since it was shown; nothing was written`, 'run it again')
    }
    // What others could read becomes no backup that others can read.
    const open = wanted.flatMap(({ service: { path, mode, text: content } }) => (content === undefined || mode === '0600' ? [] : [file({ path, content, mode: '0600' })]))
    if (open.length > 0) await host.ensure(...open)
    await host.ensure(...wanted.map(({ service, document }) => file({ path: service.path, content: wantedContent(service, document), mode: '0600', backup: true })))
  })
}

/** A file that differs in nothing but its mode keeps its bytes. */
function wantedContent({ document: now, text: bytes }: FoundService, wanted: EnvDocument) {
  return now !== undefined && bytes !== undefined && isSame(keyChanges(now, wanted)) ? bytes : contentOfDocument(wanted)
}
