import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mutated, type Mutation } from './mutation.ts'

/** The checkout; nothing in it is ever changed. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const LEFT_OUT = new Set(['.git', 'node_modules', '.hostwright'])

/** A copy of the whole tree in a temporary folder, to be spoilt; what is installed is shared. Gone at the end of the block. */
export class Copy implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'hostwright-mutations-'))

  constructor() {
    cpSync(root, this.path, { recursive: true, filter: (from) => !LEFT_OUT.has(basename(from)) })
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'))
  }

  /** Puts a mutation in, until the block ends. Undefined when it does not apply. */
  with(mutation: Mutation): Disposable | undefined {
    const file = join(this.path, mutation.file)
    const text = readFileSync(file, 'utf8')
    const spoilt = mutated(text, mutation)
    if (spoilt === undefined) return undefined
    writeFileSync(file, spoilt)
    return { [Symbol.dispose]: () => writeFileSync(file, text) }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
