import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from '../diagnostic/diagnostic.ts'

const ENGINE = fileURLToPath(new URL('..', import.meta.url))

/** Where in a playbook or role something was written: the first line of a stack that is not the engine's own. */
export function placeOf(error: Error): Place | undefined {
  for (const line of (error.stack ?? '').split('\n').slice(1)) {
    const frame = /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()]*?):(\d+):(\d+)\)?$/.exec(line)
    if (!frame) continue
    const [, at = '', row = '1', column = '1'] = frame
    const file = pathOf(at)
    if (!file.startsWith(ENGINE) && !file.includes('/node_modules/')) return { file: asSeen(file), line: Number(row), column: Number(column) }
  }
  return undefined
}

/** A stack names a file by its path or by its URL. */
export const pathOf = (at: string): string => (at.startsWith('file:') ? fileURLToPath(at) : at)

/** As the user would name it: from where they stand, when it lies below. */
export function asSeen(file: string): string {
  const near = relative('.', file)
  return near.startsWith('..') ? file : near
}
