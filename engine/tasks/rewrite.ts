import { z } from 'zod'
import { becomes, type Effect } from '../facts/fact.ts'
import { digest, parentOf, path, text, type FileText, type PathState } from '../facts/path.ts'
import { asText, contentOf, type Content } from '../values/content.ts'
import { Mode } from '../values/schema.ts'
import { change, refuse, type Change, type Refusal } from './change.ts'
import { freshIn } from './ownership.ts'

/** What tasks that edit a file take beside the path and the edit. */
export const Rewriting = {
  create: z.boolean().default(false).describe('make the file when there is none; otherwise that is refused'),
  mode: Mode.optional().describe('default: as it is; 0644 for a new file'),
  backup: z.boolean().default(false).describe('keep the old content beside it as NAME.~TIME~, never over another'),
  validate: z.array(z.string()).min(1).optional().describe('a command that must agree before the file goes live; %s is the new file'),
}
type Rewriting = z.output<z.ZodObject<typeof Rewriting>> & { readonly path: string }

/** What an edit has to know. The digest is there for the guard: an edit must not undo what somebody wrote since the look. */
export const rewriteFacts = (at: string) => ({ now: path(at), text: text(at), digest: digest(at), parent: path(parentOf(at)) })

interface Seen {
  readonly now: PathState
  readonly text: FileText
  readonly parent: PathState
}

/** The text as it is ('' where the file is to be created), or why it cannot be edited. */
export function editable(p: Rewriting, { now, text: seen, parent }: Seen): string | Refusal {
  if (now.kind === 'link') return refuse(`${p.path} is a link to ${now.target}`, 'name the file it leads to')
  if (now.kind === 'directory' || now.kind === 'other') return refuse(`${p.path} is no regular file`)
  if (now.kind === 'absent') {
    if (parent.kind === 'absent') return refuse(`the directory ${parentOf(p.path)} does not exist`, `make it first: directory({ path: '${parentOf(p.path)}' })`)
    return p.create ? '' : refuse(`${p.path} does not exist`, 'say create: true, or make it first: file({ … })')
  }
  if (seen.kind === 'too-large') return refuse(`${p.path} is larger than what is edited in place (1 MiB)`)
  const known = seen.kind === 'bytes' ? asText(seen.bytes) : ''
  return known ?? refuse(`${p.path} is not UTF-8 text`, 'write it whole: file({ … })')
}

/** The edit as a change: written whole or not at all, owner kept. Empty when nothing would be different. */
export function rewrite(p: Rewriting, { now, parent }: Seen, before: string, after: string, summary: string): Change[] {
  const there = now.kind === 'file'
  const inode = there ? now : freshIn(parent, '0644')
  const mode = p.mode ?? inode.mode
  if (there && before === after) {
    const effects = [becomes(path(p.path), { ...inode, kind: 'file', mode })]
    return mode === inode.mode ? [] : [change(`chmod ${mode} ${p.path}`, ['chmod', '--', mode, p.path], effects)]
  }
  // A file that only its owner reads is not shown in diffs either.
  const content: Content = { ...contentOf(after), secret: mode.endsWith('00') }
  return [
    change(
      summary,
      [
        {
          kind: 'write',
          path: p.path,
          content,
          mode,
          ...(there && { owner: `${inode.uid}:${inode.gid}` }),
          ...(p.validate && { validate: p.validate }),
          ...(p.backup && there && { backup: true }),
        },
      ],
      [becomes(path(p.path), { ...inode, kind: 'file', mode, size: content.size }), ...contentEffects(p.path, content)],
    ),
  ]
}

/** What is known of a file's bytes once this content stands there. */
export function contentEffects(at: string, content: Content): Effect[] {
  const bytes = content.text === undefined ? ({ kind: 'too-large' } as const) : ({ kind: 'bytes', bytes: Buffer.from(content.text) } as const)
  return [becomes(digest(at), content.digest), becomes(text(at), bytes)]
}
