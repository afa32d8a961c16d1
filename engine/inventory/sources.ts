import { dirname, extname, join, resolve } from 'node:path'
import { diagnostic } from '../diagnostic/make.ts'
import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { err, ok, type Result } from '../values/result.ts'
import { kindOf, namesIn } from './files.ts'

/**
 * What `-i` names. `base` is the folder in which group_vars/ and host_vars/ are looked for, and at which relative paths start. `beside`: what stands in a
 * folder that was named, and Ansible would read as well.
 */
export type SourceFile =
  | { readonly kind: 'list'; readonly text: string; readonly base: undefined }
  | { readonly kind: 'module' | 'text'; readonly path: string; readonly base: string; readonly beside?: readonly string[] }

const FILES = ['hosts.yml', 'hosts.yaml', 'hosts', 'hosts.ini', 'hosts.ts']

/** Finds what `-i X` means: a comma list of hosts, `inventory/X`, or the path X; a folder stands for the hosts file in it. */
export function findSource(given: string, cwd: string): Result<SourceFile, Diagnostic> {
  if (given.includes(',')) return ok({ kind: 'list', text: given, base: undefined })
  const fail = (message: string, hint?: string): Result<never, Diagnostic> => err(diagnostic(message, flagPlace('-i', given), hint))
  if (given === '' || given.includes('\0')) return fail('-i is empty', 'name a folder in inventory/, a file, or hosts: -i web1,web2,')
  const candidates = [...(given.includes('/') ? [] : [join(cwd, 'inventory', given)]), resolve(cwd, given)]
  const path = candidates.find((candidate) => kindOf(candidate) !== 'none')
  if (path === undefined) {
    const near = suggest(given, inventoriesIn(cwd))
    const comma = `; a single host is written with a comma: -i ${given},`
    return fail(`there is no inventory "${given}"`, near === undefined ? `it is looked for from the folder in which you stand${given.includes('/') ? '' : ', and in its inventory/'}${comma}` : `${near}${isLikeHost(given) ? comma : ''}`)
  }
  if (kindOf(path) === 'file') return ok(fileSource(path))
  const found = FILES.filter((name) => kindOf(join(path, name)) === 'file')
  if (found.length > 1) return fail(`the folder has more than one inventory: ${found.join(' and ')}`, 'keep one, or name each: -i FILE -i FILE')
  if (found[0] === undefined) return fail('the folder has no inventory in it', `make one of ${FILES.join(', ')}`)
  return ok({ ...fileSource(join(path, found[0])), beside: seenIn(path).filter((name) => name !== found[0] && /\.(?:ya?ml|ini)$/.test(name)).map((name) => join(path, name)) })
}

/** An address, or a name with a dot in it that is no file's. */
function isLikeHost(given: string): boolean {
  return /^[\da-f]*:[\da-f:]*:[\da-f.]*$/i.test(given) || (/^[\w-]+(?:\.[\w-]+)+$/.test(given) && !/\.(?:ya?ml|json|ini|txt|[cm]?[jt]s)$/i.test(given))
}

function fileSource(path: string): Exclude<SourceFile, { kind: 'list' }> {
  return { kind: /^\.[cm]?[jt]s$/.test(extname(path)) ? 'module' : 'text', path, base: dirname(path) }
}

function inventoriesIn(cwd: string): string[] {
  const folder = join(cwd, 'inventory')
  return seenIn(folder).filter((name) => kindOf(join(folder, name)) === 'folder')
}

/** For hints and warnings: of a folder that cannot be looked into there is nothing to say. */
function seenIn(folder: string): readonly string[] {
  const names = namesIn(folder)
  return names.ok ? names.value : []
}

/** A place in the text of a flag. */
export function flagPlace(flag: string, text: string, column = 1, length = text.length): Place {
  return { file: flag, line: 1, column, length: Math.max(1, length), text }
}
