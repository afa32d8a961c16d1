import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import { diagnostic } from '../diagnostic/make.ts'
import { standIn, type SecretAnswer, type SecretAnswers } from '../inventory/filled.ts'
import { readRoleVars } from '../inventory/role-vars.ts'
import type { Located } from '../inventory/located.ts'
import type { Inventory, InventoryHost } from '../inventory/types.ts'
import { askStore, type Answered } from './ask-store.ts'
import { openStore, type Here } from './open.ts'
import type { SecretReference } from './reference.ts'
import { STORE_VARIABLE, StoreSettings } from './settings.ts'

interface StoreUse {
  readonly settings: StoreSettings
  /** By the text of the reference. */
  readonly wanted: Map<string, SecretReference>
  readonly answers: Map<string, Answered>
}

/**
 * The secrets of a run. Whoever reads variables comes here with each reference: before the stores were asked it gets a stand-in and the reference
 * is noted, afterwards the secret. So what is asked for is what is used, by hosts that are chosen, and each store is asked once for all hosts.
 *
 * @example
 * const secrets = new RunSecrets(inventory)
 * prepare(…, { secrets })         // notes what is wanted
 * await secrets.ask(here)         // the only place where a store is contacted
 * prepare(…, { secrets })         // with the values
 */
export class RunSecrets implements SecretAnswers {
  /** Settings that are the same are the same store, wherever they are written. */
  readonly #stores = new Map<string, StoreUse>()
  readonly #bySaid = new Map<Located, StoreUse | undefined>()
  readonly #problems: Diagnostic[] = []

  /** Checks what every host says about its store, whoever will need it. */
  constructor(inventory: Inventory) {
    for (const host of inventory.hosts.values()) this.#storeOf(host)
  }

  of(reference: SecretReference, at: Place | undefined, host: InventoryHost | undefined): SecretAnswer {
    const store = host === undefined ? this.#storeOfAll(at) : this.#storeOf(host)
    if (host && !saidOf(host)) this.#problems.push(diagnostic(`${host.name} has no secret store`, at, NO_STORE))
    const answer = store?.answers.get(String(reference))
    if (answer?.ok) return { value: answer.value, open: false }
    if (answer) for (const { message, hint, general } of answer.problems) this.#problems.push(diagnostic(message, general ? undefined : at, hint))
    else store?.wanted.set(String(reference), reference)
    return standIn(reference)
  }

  /** What is wrong with stores and references, as far as it is known. */
  get problems(): readonly Diagnostic[] {
    return this.#problems
  }

  /** What no store was asked for yet, with the title of its store. */
  async unasked(here: Here): Promise<string[]> {
    const uses = [...this.#stores.values()].filter(({ wanted }) => wanted.size > 0)
    return Promise.all(uses.map(async ({ settings, wanted }) => `${[...wanted.keys()].join(', ')} in ${(await openStore(settings, here)).title}`))
  }

  get complete(): boolean {
    return [...this.#stores.values()].every(({ wanted }) => wanted.size === 0)
  }

  /** Asks each store for all that is wanted of it. What goes wrong is told when the answer is used. */
  async ask(here: Here): Promise<void> {
    await Promise.all(
      [...this.#stores.values()].map(async ({ settings, wanted, answers }) => {
        if (wanted.size === 0) return
        const references = [...wanted.values()]
        wanted.clear()
        for (const [text, answer] of await askStore(await openStore(settings, here), references)) answers.set(text, answer)
      }),
    )
  }

  #storeOf(host: InventoryHost): StoreUse | undefined {
    const said = saidOf(host)
    if (said === undefined) return undefined
    if (!this.#bySaid.has(said)) this.#bySaid.set(said, this.#read(host))
    return this.#bySaid.get(said)
  }

  #read(host: InventoryHost): StoreUse | undefined {
    const settings = readRoleVars(host, STORE_VARIABLE, StoreSettings)
    if (!settings.ok) {
      this.#problems.push(...settings.error)
      return undefined
    }
    const key = JSON.stringify(settings.value)
    const use = this.#stores.get(key) ?? { settings: settings.value, wanted: new Map<string, SecretReference>(), answers: new Map<string, Answered>() }
    this.#stores.set(key, use)
    return use
  }

  /** A param belongs to no host: its store is the one that all hosts have. */
  #storeOfAll(at: Place | undefined): StoreUse | undefined {
    const [first, ...others] = this.#stores.values()
    if (first === undefined) this.#problems.push(diagnostic('there is no secret store', at, NO_STORE))
    else if (others.length > 0) this.#problems.push(diagnostic('the hosts have different secret stores: which of them is meant?', at, `give it as a variable of a role, or one store for all with -e '{"${STORE_VARIABLE}": …}'`))
    return others.length > 0 ? undefined : first
  }
}

/** Hosts of the same groups share it. `secrets:` with nothing beneath says nothing. */
function saidOf(host: InventoryHost): Located | undefined {
  const said = host.vars.tree.entries.get(STORE_VARIABLE)?.value
  return said?.kind === 'scalar' && said.value === null ? undefined : said
}

const NO_STORE = `say where it is kept, in group_vars/all.yml: "${STORE_VARIABLE}: { store: ssm, prefix: /production }" (docs/secrets.md)`
