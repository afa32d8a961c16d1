import { contentOfDocument, isSame, keyChanges, makeDocument, readDocument, toldChanges, type EnvDocument } from './document.ts'
import { openEditor } from './editor.ts'
import { GaveUp } from './gave-up.ts'
import { readMeant } from './meant.ts'
import { writeStored } from './stored.ts'
import { Secret } from '../../values/secret.ts'
import { askYes } from '../ask.ts'
import { oneStore, type Work } from './work.ts'

/** `edit NAME`: what is stored, in the editor of whoever asks; nothing is stored that cannot be read again. */
export async function edit(work: Work, [name = '']: readonly string[]): Promise<number> {
  const used = oneStore(work)
  const before = await readMeant(work, used, name)
  const file = before.unread?.text ?? new Secret(contentOfDocument(before.document ?? makeDocument(new Map())).text ?? '')
  if (before.unread) for (const problem of before.unread.problems) work.say(problem)
  else if (before.document === undefined) work.say(`${name} is not in ${used.store.title} yet`)
  const document = await edited(work, name, file)
  const changes = keyChanges(before.document, document)
  const nothing = isSame({ ...changes, rewritten: changes.rewritten && before.form === 'whole' }) || (before.document === undefined && document.values.size === 0)
  if (nothing) {
    work.say('nothing to do')
    return 0
  }
  for (const line of toldChanges(changes)) work.say(line)
  if (before.form === 'per-key' && changes.gone.length > 0) throw new GaveUp(2, [{ message: `${changes.gone.join(', ')}: a secret of its own is not taken away here; nothing was stored`, hint: 'take it out of the store by hand' }])
  if (work.typed.has('check')) return work.typed.has('detailed-exitcode') ? 6 : 0
  if (!(await work.confirm(`store ${name}?`))) throw new GaveUp(2, [{ message: 'nothing was stored' }])
  await writeStored(work, used, name, before, document)
  return 0
}

/** Again and again until it can be read, or until it is given up. */
async function edited(work: Work, name: string, text: Secret): Promise<EnvDocument> {
  for (let now = text; ; ) {
    now = await openEditor(name, now)
    const read = readDocument(now)
    if (read.ok) return read.value
    for (const problem of read.error) work.say(problem)
    await work.out.flush()
    const again = process.stdin.isTTY && (await askYes('edit it again?'))
    if (!again) throw new GaveUp(2, [{ message: 'what was written is no .env; nothing was stored' }])
  }
}
