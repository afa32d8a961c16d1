import { fileURLToPath } from 'node:url'

/** Whether this Node reads TypeScript by itself: 22.18 and newer do. */
export const READS_TYPESCRIPT = Boolean(Reflect.get(process.features, 'typescript'))

export const TSX = fileURLToPath(new URL('../../node_modules/.bin/tsx', import.meta.url))

/** What a TypeScript file is run with, here as on an operator's machine: this Node where that is enough, else tsx. */
export const RUNNER: readonly [string, ...string[]] = READS_TYPESCRIPT ? [process.execPath] : [TSX]
