import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { asSeen, pathOf } from '../host/origin.ts'

/**
 * Why a playbook cannot be imported, at the line of the file that does not parse or imports what is not there: that may be a role. Where Node does
 * not tell, at the playbook.
 */
export function unreadable(error: Error, playbook: string): Diagnostic {
  const stack = error.stack ?? ''
  // esbuild, for tsx: "/x/role.ts:2:6: ERROR: …". Node: "file:///x/role.ts:2", the line, and a mark below it.
  const [, path, row, at, why] = /^(\/[^\n]*?):(\d+):(\d+): ERROR: ([^\n]*)$/m.exec(stack) ?? []
  if (path !== undefined) return { message: `cannot be read: ${why}`, at: { file: asSeen(path), line: Number(row), column: Number(at) + 1 } }
  const [, file, line, mark] = /^((?:file:\/\/)?\/[^\n]*?):(\d+)\n(?:[^\n]*\n){1,3}?( *)\^/.exec(stack) ?? []
  if (file === undefined) return { message: `${playbook} cannot be read: ${error.message}` }
  return { message: `cannot be read: ${error.message}`, at: { file: asSeen(pathOf(file)), line: Number(line), column: (mark?.length ?? 0) + 1 } }
}
