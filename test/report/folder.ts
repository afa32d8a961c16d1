import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory of its own for a test, gone with it: `using folder = temporary()`. */
export function temporary(): Disposable & { file(name: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'hostwright-report-'))
  return { file: (name) => join(path, name), [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
