import type { Place } from '../diagnostic/diagnostic.ts'
import { toRecord, type LocatedMap } from './located.ts'
import { Behavioural } from './schema.ts'
import type { ConnectionSettings } from './types.ts'

const KNOWN = new Set(Object.keys(Behavioural.shape))

/** What is said about reaching a host, apart from what is said about the host. Both have been checked where they were written. */
export interface Parted {
  readonly settings: Behavioural
  readonly vars: LocatedMap
}

const parted = new WeakMap<LocatedMap, Parted>()

/** Hosts that share their variables share this too. */
export function partConnection(vars: LocatedMap): Parted {
  const known = parted.get(vars)
  if (known !== undefined) return known
  const entries = [...vars.entries]
  const settings = Behavioural.safeParse(toRecord({ ...vars, entries: new Map(entries.filter(([name]) => KNOWN.has(name))) }))
  const made = { settings: settings.data ?? {}, vars: { ...vars, entries: new Map(entries.filter(([name]) => !KNOWN.has(name))) } }
  parted.set(vars, made)
  return made
}

export function connectionOf(host: { readonly name: string; readonly at: Place | undefined }, said: Behavioural): ConnectionSettings {
  const files = said.known_hosts_file
  return {
    kind: said.ansible_connection ?? 'ssh',
    address: said.ansible_host ?? host.name,
    ...(said.ansible_port === undefined ? {} : { port: said.ansible_port }),
    ...(said.ansible_user === undefined ? {} : { user: said.ansible_user }),
    ...(said.ansible_ssh_private_key_file === undefined ? {} : { privateKeyFile: said.ansible_ssh_private_key_file }),
    ...(files === undefined ? {} : { knownHostsFiles: [files].flat() }),
    ...(said.ansible_become === undefined ? {} : { become: said.ansible_become }),
    ...(said.ansible_become_user === undefined ? {} : { becomeUser: said.ansible_become_user }),
    ...(said.ansible_become_password === undefined ? {} : { becomePassword: said.ansible_become_password }),
    ...(said.ansible_password === undefined ? {} : { password: said.ansible_password }),
    ...(said.ssh_config_file === undefined ? {} : { sshConfigFile: said.ssh_config_file }),
    ...(host.at === undefined ? {} : { at: host.at }),
  }
}
