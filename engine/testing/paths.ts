import { digest, path, text } from '../facts/path.ts'
import { sha256 } from '../values/content.ts'
import { given, type Given } from './given.ts'

/** What stands at paths, for rows of a plan table. */
export const aFile = (at: string, content: string, mode = '0644', owner = 'root'): Given[] => [
  given(path(at), { kind: 'file', mode, uid: owner === 'root' ? 0 : 1500, gid: owner === 'root' ? 0 : 1500, size: Buffer.byteLength(content) }),
  given(text(at), { kind: 'bytes', bytes: Buffer.from(content) }),
  given(digest(at), sha256(content)),
]

export const aDirectory = (at: string, mode = '0755', owner = 'root'): Given =>
  given(path(at), { kind: 'directory', mode, uid: owner === 'root' ? 0 : 1500, gid: owner === 'root' ? 0 : 1500, size: 4096 })

export const aLink = (at: string, target: string): Given => given(path(at), { kind: 'link', target, mode: '0777', uid: 0, gid: 0, size: target.length })

export const aPipe = (at: string): Given => given(path(at), { kind: 'other', mode: '0644', uid: 0, gid: 0, size: 0 })
