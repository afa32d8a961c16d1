import { createHash } from 'node:crypto'
import { quote } from '../../engine/values/quote.ts'
import { unreachable } from '../../engine/values/unreachable.ts'
import { type Item, rendered, ROOT } from './items.ts'

/**
 * What stands below `root`, a line each, sorted: kind, path, mode, owner, and the SHA-256 of a file or the target of a link. Made from the
 * description; {@link readManifest} reads the same from a host. Two engines did the same when both read as the description says.
 */
export function expectedManifest(items: readonly Item[], root = ROOT): string[] {
  const files = new Map<string, { mode: string; content: string }>()
  const lines = new Set([`d ${root} 755 0:0`])
  for (const item of items) {
    switch (item.kind) {
      case 'directory':
        lines.add(`d ${item.path} ${octal(item.mode)} 0:0`)
        break
      case 'file':
        files.set(item.path, item)
        break
      case 'template':
        files.set(item.path, { mode: item.mode, content: rendered(item.values) })
        break
      case 'line':
        files.set(item.path, { mode: '0644', content: `${item.line}\n` })
        break
      case 'link':
        lines.add(`l ${item.path} ${item.target}`)
        break
      case 'command':
        files.set(item.makes, { mode: '0644', content: '' })
        break
      default:
        unreachable(item)
    }
  }
  for (const [path, { mode, content }] of files) lines.add(`f ${path} ${octal(mode)} 0:0 ${sha256(content)}`)
  return [...lines].sort()
}

/** Prints the manifest of a host, unsorted: the tree, then the digests of its files. With find and sha256sum of GNU. */
export const manifestCommand = (root = ROOT): string =>
  `find ${quote(root)} -type d -printf 'd %p %m %U:%G\\n' -o -type l -printf 'l %p %l\\n' -o -printf '%y %p %m %U:%G\\n' && echo -- && find ${quote(root)} -type f -exec sha256sum {} +`

/** What {@link manifestCommand} printed, in the form of {@link expectedManifest}. */
export function readManifest(printed: string): string[] {
  const [tree = '', sums = ''] = printed.split('--\n')
  const digests = new Map(sums.split('\n').map((row) => [row.slice(66), row.slice(0, 64)]))
  return tree
    .split('\n')
    .filter(Boolean)
    .map((row) => (row.startsWith('f ') ? `${row} ${digests.get(row.split(' ')[1] ?? '') ?? 'unreadable'}` : row))
    .sort()
}

/** What is in one and not in the other, in words; empty: they are the same. */
export function differences(expected: readonly string[], found: readonly string[]): string[] {
  const [wanted, there] = [new Set(expected), new Set(found)]
  return [...expected.filter((row) => !there.has(row)).map((row) => `missing: ${row}`), ...found.filter((row) => !wanted.has(row)).map((row) => `unexpected: ${row}`)]
}

/** As find prints it. */
const octal = (mode: string) => mode.replace(/^0/, '')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
