import { isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import { becomes } from '../facts/fact.ts'
import { digest, parentOf, path, text, type Inode } from '../facts/path.ts'
import { contentOf, contentOfFile, type Content } from '../values/content.ts'
import { codeOf } from '../values/error-code.ts'
import { Account, ContentObject, Mode, RemotePath, SecretObject } from '../values/schema.ts'
import { Secret } from '../values/secret.ts'
import { change, refuse, type Change, type Refusal, type WriteStep } from './change.ts'
import { accountFacts, freshIn, owned, ownerWish, refuseUnknown } from './ownership.ts'
import { defineTask } from './task.ts'

/** What a file can be made of: text, a secret, bytes, or content made before (a rendered template, a file of the controller). */
const Source = z.union(
  [
    z.string(),
    SecretObject,
    // Of any buffer, as what a fact reads is: `instanceof` would take those of an ArrayBuffer only.
    z.custom<Uint8Array>((value) => value instanceof Uint8Array).meta({ title: 'bytes' }),
    ContentObject,
  ],
  'content is text, a Secret, bytes, or Content such as sourceFile(…) and template(…) give',
)

/**
 * A file with this content, owner and mode. Written whole or not at all.
 *
 * @example
 * file({ path: '/etc/motd', content: 'hello\n' })
 * file({ path: '/opt/services/redis/.env', content: env, mode: '0600' })
 * file({ path: '/etc/sudoers.d/deploy', content: rules, mode: '0440', validate: ['visudo', '-cf', '%s'] })
 */
export const file = defineTask({
  name: 'file',
  doc: 'A file has this content, owner and mode. It is replaced atomically; its directory must exist.',
  params: z.strictObject({
    path: RemotePath,
    content: Source.optional().describe('text, a Secret, bytes, or Content; `sourceFile(path)` is the file that `source` would name, as a value that other tasks can be given too'),
    source: z.string().optional().describe("a file on the controller, instead of `content`; a relative path starts where the run was started. One beside the role: `fileURLToPath(new URL('app.conf', import.meta.url))`"),
    mode: Mode.optional().describe('default: as it is; 0644 for a new file, 0600 when the content is secret'),
    owner: Account.optional().describe('left as it is when not given'),
    group: Account.optional().describe('left as it is when not given'),
    backup: z.boolean().default(false).describe('keep the old content beside it as NAME.~TIME~, never over another'),
    validate: z.array(z.string()).min(1).optional().describe('a command that must agree before the file goes live; %s is the new file'),
    replaceLink: z.boolean().default(false).describe('a symbolic link at the path is replaced; otherwise it is refused'),
  }).refine((p) => (p.content === undefined) !== (p.source === undefined), 'give either `content` or `source`'),
  title: (p) => p.path,
  facts: (p) => ({ now: path(p.path), digest: digest(p.path), parent: path(parentOf(p.path)), ...accountFacts(p) }),
  plan(p, now) {
    const wished = wishedContent(p)
    if ('refused' in wished) return wished
    const at = now.now
    if (now.parent.kind === 'absent') return refuse(`the directory ${parentOf(p.path)} does not exist`, `make it first: directory({ path: '${parentOf(p.path)}' })`)
    if (now.parent.kind === 'file') return refuse(`${parentOf(p.path)} is a file, not a directory`, 'move it away, or name another path')
    if (at.kind === 'link' && !p.replaceLink) return refuse(`${p.path} is a link to ${at.target}`, 'make it a plain file; or in the task: name the target, or say replaceLink: true')
    if (at.kind === 'directory') return refuse(`${p.path} is a directory`, 'Docker makes one where a file to be mounted was missing: if it is empty, remove it')
    if (at.kind === 'other') return refuse(`${p.path} is neither file, directory nor link`)
    const unknown = refuseUnknown(p, now)
    if (unknown) return unknown

    const before = at.kind === 'file' ? at : freshIn(now.parent, wished.secret ? '0600' : '0644')
    const inode = { ...owned(p, now, before), mode: p.mode ?? before.mode, size: wished.size }
    const effects = [becomes(path(p.path), { ...inode, kind: 'file' as const })]
    if (at.kind !== 'file' || now.digest !== wished.digest) {
      const { uid, gid }: Partial<Inode> = at.kind === 'file' ? at : {}
      const [owner, team] = [p.owner ?? uid, p.group ?? gid]
      const write: WriteStep = {
        kind: 'write',
        path: p.path,
        content: wished,
        mode: inode.mode,
        ...((owner ?? team) !== undefined && { owner: `${owner ?? ''}${team === undefined ? '' : `:${team}`}` }),
        ...(p.validate && { validate: p.validate }),
        ...(p.backup && at.kind === 'file' && { backup: true }),
      }
      const bytes = wished.text === undefined ? ({ kind: 'too-large' } as const) : ({ kind: 'bytes', bytes: Buffer.from(wished.text) } as const)
      return [change(`${at.kind === 'file' ? 'write' : at.kind === 'link' ? 'replace the link' : 'create'} ${p.path}`, [write], [...effects, becomes(digest(p.path), wished.digest), becomes(text(p.path), bytes)])]
    }
    const changes: Change[] = []
    const owner = ownerWish(p, now, before)
    if (owner !== undefined) changes.push(change(`chown ${owner} ${p.path}`, ['chown', '-h', '--', owner, p.path], effects))
    if (before.mode !== inode.mode || (owner !== undefined && inode.mode > '0777')) changes.push(change(`chmod ${inode.mode} ${p.path}`, ['chmod', '--', inode.mode, p.path], effects))
    return changes
  },
  state: (_, { now }) => now,
})

/** The content; a source file is read once a run however many hosts want it. */
function wishedContent(p: { content?: string | Secret | Uint8Array | Content | undefined; source?: string | undefined }): Content | Refusal {
  const value = p.content ?? ownFile(p.source ?? '')
  if (typeof value === 'object' && 'refused' in value) return value
  return typeof value === 'string' || value instanceof Secret || value instanceof Uint8Array ? contentOf(value) : value
}

const sources = new Map<string, Content>()

function ownFile(file: string): Content | Refusal {
  try {
    return sourceFile(file)
  } catch (error) {
    const hint = isAbsolute(file) ? undefined : "a source is looked for from where the run was started; for a file beside the role: fileURLToPath(new URL('files/…', import.meta.url))"
    return refuse(error instanceof Error ? error.message : String(error), hint)
  }
}

/**
 * A file of the controller as content, for whoever needs it more than once: `file`, and `service({ reloadOn })`. A relative path starts where the run
 * was started.
 *
 * @throws when it cannot be read.
 */
export function sourceFile(file: string): Content {
  const known = sources.get(file) ?? readSource(file)
  sources.set(file, known)
  return known
}

function readSource(file: string): Content {
  try {
    return contentOfFile(file)
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is no such file' : error instanceof Error ? error.message : String(error)
    throw new Error(`the source ${resolve(file)} cannot be read: ${why}`, { cause: error })
  }
}
