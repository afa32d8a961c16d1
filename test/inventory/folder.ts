import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { loadInventory } from '../../engine/inventory/load.ts'
import type { Inventory } from '../../engine/inventory/types.ts'

/** A folder with some files in it, gone at the end of the block: `using here = folder({ 'a.yml': '…' })`. */
export function folder(files: Readonly<Record<string, string | Uint8Array>>): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'hostwright-inventory-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export type Files = Readonly<Record<string, string | Uint8Array>>

/** Loads `-i production` (or what is named) out of some files. */
export async function load(files: Files, sources = ['production'], extra: readonly string[] = []) {
  using here = folder(files)
  return await loadInventory(sources, { cwd: here.path, extra })
}

/** The inventory; the test ends when there is none. */
export async function loaded(files: Files, sources?: string[], extra?: readonly string[]): Promise<Inventory> {
  const result = await load(files, sources, extra)
  if (!result.ok) throw new Error(result.error.map(printDiagnostic).join('\n'))
  return result.value
}

/** What a person reads when it cannot be loaded. */
export async function refused(files: Files, sources?: string[], extra?: readonly string[]): Promise<string> {
  const result = await load(files, sources, extra)
  if (result.ok) throw new Error('this inventory should have been refused')
  return result.error.map(printDiagnostic).join('\n')
}

/** An inventory file alone. */
export const hosts = (text: string): Files => ({ 'inventory/production/hosts.yml': text })

/** What matters of an inventory, to compare. */
export function summary(inventory: Inventory) {
  return {
    hosts: [...inventory.hosts.values()].map(({ name, groups, connection, vars }) => {
      const { at, ...settings } = connection
      return { name, groups, settings, vars: vars.value }
    }),
    groups: [...inventory.groups.values()].map(({ name, hosts, children }) => ({ name, hosts, children })),
  }
}
