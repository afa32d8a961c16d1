import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import type { InventoryHost } from '../inventory/types.ts'
import { list } from '../report/text/words.ts'
import type { Result } from '../values/result.ts'

/**
 * What is wrong with the variables of hosts. What many hosts lack is one problem, at the first of them, that names the others; and what a host lacks
 * of which not everything could be read is none: it may stand there.
 */
export class Lacks {
  readonly #unread: ReadonlySet<string>
  readonly #problems: Diagnostic[] = []
  readonly #missing = new Map<string, { readonly first: Diagnostic; readonly hosts: Set<string> }>()

  constructor(unread: ReadonlySet<string> = new Set()) {
    this.#unread = unread
  }

  /** The variables of a role, or undefined, and then it has noted why. */
  collect<T>(host: InventoryHost, read: Result<T, readonly Diagnostic[]>): T | undefined {
    if (read.ok) return read.value
    for (const each of read.error) {
      if (!each.missing) this.#problems.push(each)
      else if (![host.name, ...host.groups].some((name) => this.#unread.has(name))) this.#lacking(host, each)
    }
    return undefined
  }

  problems(): Diagnostic[] {
    const missing = [...this.#missing.values()].map(({ first, hosts }) => {
      const [, ...others] = hosts
      return others.length === 0 ? first : { ...first, hint: `the same for ${list(others)}` }
    })
    return [...this.#problems, ...missing]
  }

  /** Said at the place of the host itself, it is the same problem wherever that is. */
  #lacking(host: InventoryHost, lack: Diagnostic): void {
    const at = lack.at === host.connection.at ? 'its host' : `${lack.at?.file}:${lack.at?.line}:${lack.at?.column}`
    const key = JSON.stringify([lack.message, at])
    const known = this.#missing.get(key) ?? { first: lack, hosts: new Set() }
    this.#missing.set(key, known)
    if (at === 'its host') known.hosts.add(host.name)
  }
}
