import { z } from 'zod'
import type { Diagnostic } from '../../diagnostic/diagnostic.ts'
import { inOrder } from '../../diagnostic/in-order.ts'
import { diagnostic } from '../../diagnostic/make.ts'
import { parseExtra } from '../../inventory/extra.ts'
import { loadInventory } from '../../inventory/load.ts'
import { readRoleVars } from '../../inventory/role-vars.ts'
import type { InventoryHost } from '../../inventory/types.ts'
import { definePlaybook } from '../../playbook/playbook.ts'
import { prepare } from '../../playbook/prepare.ts'
import type { Out } from '../../report/sink.ts'
import { openStore } from '../../secrets/open.ts'
import { STORE_VARIABLE, StoreSettings } from '../../secrets/settings.ts'
import { speakOf } from '../../values/redact.ts'
import { RemotePath } from '../../values/schema.ts'
import { visible } from '../../values/visible.ts'
import { askYes } from '../ask.ts'
import type { FlagName, Typed } from '../flags.ts'
import { checkLogins } from '../links.ts'
import { readOptions } from '../options.ts'
import { storesHere } from '../secrets.ts'
import type { Command } from './commands.ts'
import { GaveUp } from './gave-up.ts'
import type { OwnFlag, Target, UsedStore, Work } from './work.ts'

/** Where services stand, as the role that makes those directories has it. */
const Places = z.object({ services: RemotePath.prefault('/opt/services'), apps: RemotePath.prefault('/opt/services/apps') })

/** No roles: hosts are chosen, and variables checked, as for every playbook. */
const CHOICE = definePlaybook({
  name: 'manage-secrets',
  doc: '',
  params: z.strictObject({}),
  roles: [{ name: 'directories', params: Places }],
  plays: () => [{ name: 'manage-secrets', hosts: 'all', roles: [] }],
})

interface Around {
  readonly cwd: string
  readonly line: string
  readonly out: Out
  warn(problems: readonly Diagnostic[]): void
}

/** Reads inventory, flags and stores' settings; nobody is contacted. @throws GaveUp with everything that is wrong. */
export async function prepareWork(typed: Typed<FlagName | OwnFlag>, command: Command, words: readonly string[], { cwd, line, out, warn }: Around): Promise<Work> {
  const sources = typed.all('inventory')
  if (sources.length === 0) throw new GaveUp(3, [{ message: 'no inventory', hint: 'name one: -i production (a folder in inventory/), -i hosts.yml, or -i web1,web2' }])
  const options = await readOptions(typed, { cwd, isTTY: process.stdout.isTTY && process.env['CI'] === undefined })
  const extra = parseExtra(typed.all('extra'), cwd)
  const loaded = await loadInventory(sources, { cwd, extra: typed.all('extra') })
  const limit = typed.one('limit')
  const problems = [options, extra, loaded].flatMap((each) => (each.ok ? [] : each.error))
  if (!options.ok || !extra.ok || !loaded.ok) throw new GaveUp(3, inOrder(problems))
  const chosen = prepare(CHOICE, loaded.value, extra.value, { ...(limit !== undefined && { limit }), allowEmpty: false })
  if (!chosen.ok) throw new GaveUp(3, chosen.error)
  if (command.asks && !typed.has('yes') && !typed.has('check') && !process.stdin.isTTY) problems.push({ message: 'it asks before it writes, and there is no terminal to ask on', hint: '--yes does not ask; --check only says what would be done' })

  const hosts = chosen.value.flatMap((play) => play.hosts.map(({ host }) => host))
  const places = hosts.map((host) => readRoleVars(host, 'directories', Places))
  const targets = hosts.flatMap((host, index): Target[] => {
    const read = places[index]
    if (read?.ok === false) problems.push(...read.error)
    return read?.ok ? [{ host, ...read.value }] : []
  })
  const stores = command.needs.store ? await storesOf(hosts, cwd, problems) : []
  const checked = command.needs.hosts ? await checkLogins(hosts, options.value) : { problems: [], options: options.value }
  problems.push(...checked.problems)
  if (problems.length > 0) throw new GaveUp(3, inOrder(problems))
  warn(loaded.value.warnings)
  speakOf([...words, ...hosts.map(({ name }) => name), ...sources, ...stores.map(({ store }) => store.title)])
  return {
    typed, options: checked.options, inventory: loaded.value, targets, stores, cwd, line, out,
    given: [...sources.map((each) => `-i ${each}`), ...(limit === undefined ? [] : [`-l ${limit}`])].join(' '),
    say: (text) => out.write(`${visible(text)}\n`),
    confirm: async (question) => {
      await out.flush()
      if (typed.has('check')) return false
      return typed.has('yes') || askYes(question)
    },
  }
}

/** Settings that are the same are the same store, wherever they are written. */
async function storesOf(hosts: readonly InventoryHost[], cwd: string, problems: Diagnostic[]): Promise<UsedStore[]> {
  const found = new Map<string, { settings: StoreSettings; hosts: string[] }>()
  for (const host of hosts) {
    if (host.vars.value[STORE_VARIABLE] === undefined || host.vars.value[STORE_VARIABLE] === null) {
      problems.push(diagnostic(`${host.name} has no secret store`, host.connection.at, `say where secrets are kept, in group_vars/all.yml: "${STORE_VARIABLE}: { store: ssm, prefix: /production }" (docs/secrets.md)`))
      continue
    }
    const settings = readRoleVars(host, STORE_VARIABLE, StoreSettings)
    if (!settings.ok) problems.push(...settings.error)
    else found.set(JSON.stringify(settings.value), { settings: settings.value, hosts: [...(found.get(JSON.stringify(settings.value))?.hosts ?? []), host.name] })
  }
  return Promise.all([...found.values()].map(async ({ settings, hosts: names }) => ({ store: await openStore(settings, storesHere(cwd)), kind: settings.store, hosts: names })))
}
