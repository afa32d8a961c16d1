import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { contentOfFile, type Content } from './content.ts'

/** Something below a directory of the controller. */
export type SourceEntry =
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly content: Content; readonly executable: boolean }
  | { readonly kind: 'link'; readonly target: string }

/** By name below the directory, one character a byte (latin1); what holds something before what it holds. */
export type SourceTree = ReadonlyMap<string, SourceEntry>

/**
 * What is below a directory of the controller, links as they are. Every file is read once, for its digest; no content is kept.
 *
 * @throws the file system's own error, and where something is neither file, directory nor link.
 */
export function readSourceTree(source: string): SourceTree {
  const found = new Map<string, SourceEntry>()
  const walk = (folder: Buffer, below: string): void => {
    for (const name of readdirSync(folder, 'buffer').sort((a, b) => a.compare(b))) {
      const at = Buffer.concat([folder, SLASH, name])
      const entry = entryAt(at)
      const whole = `${below}${name.toString('latin1')}`
      found.set(whole, entry)
      if (entry.kind === 'directory') walk(at, `${whole}/`)
    }
  }
  walk(Buffer.from(source), '')
  return found
}

function entryAt(at: Buffer): SourceEntry {
  const stat = lstatSync(at)
  if (stat.isDirectory()) return { kind: 'directory' }
  if (stat.isSymbolicLink()) return { kind: 'link', target: readlinkSync(at, 'buffer').toString('latin1') }
  if (stat.isFile()) return { kind: 'file', content: contentOfFile(at), executable: (stat.mode & 0o100) !== 0 }
  throw new Error(`${at.toString()} is neither file, directory nor link`)
}

const SLASH = Buffer.from('/')
