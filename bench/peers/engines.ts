import { ansible, mitogen } from './ansible.ts'
import type { Engine } from './engine.ts'
import { connect, look } from './floor.ts'
import { hostwright } from './hostwright.ts'
import { pyinfra } from './pyinfra.ts'
import { script } from './script.ts'

/** All there are. Ansible 2.14 of Debian 12, faster than 2.19 at some things, runs when it is asked for. */
export const ENGINES: readonly Engine[] = [ansible('trixie'), mitogen('trixie'), ansible('bookworm', 'ansible-bookworm'), mitogen('bookworm', 'mitogen-bookworm'), pyinfra, hostwright, script, look, connect]

export const USUAL = ['ansible', 'mitogen', 'pyinfra', 'hostwright', 'script', 'look', 'connect']

/** Those of these names, in the order of the table above. @throws on a name that is none. */
export function enginesNamed(names: readonly string[]): Engine[] {
  const strange = names.filter((name) => !ENGINES.some((engine) => engine.name === name))
  if (strange.length > 0) throw new Error(`--engines: there is no ${strange.join(', ')}; there are ${ENGINES.map(({ name }) => name).join(', ')}`)
  return ENGINES.filter(({ name }) => names.includes(name))
}
