import { quoteAll } from '../values/quote.ts'
import { defineBatchFact, type Fact } from './fact.ts'

/** A service as systemd, or where that does not run the init scripts of the host, know it. */
export type ServiceState =
  | { readonly kind: 'absent'; readonly manager: Manager }
  | {
      readonly kind: 'present'
      readonly manager: Manager
      readonly running: boolean
      /** `static`: started by others only, there is nothing to enable. */
      readonly enablement: 'enabled' | 'disabled' | 'static' | 'masked'
      /** Runs once and ends: it never stays running. */
      readonly oneshot: boolean
    }

export type Manager = 'systemd' | 'init'

/** `service('cron')`. One `systemctl show` for all; an init script is asked for its status, one by one. */
export const service: (name: string) => Fact<ServiceState> = defineBatchFact<string, ServiceState>({
  name: 'service',
  blank: { kind: 'absent', manager: 'systemd' },
  read: (names) => `for hw_u in ${quoteAll(names)}; do
  for hw_p in /etc/rc[2345].d/S[0-9][0-9]"$hw_u"; do [ ! -e "$hw_p" ] || { echo "linked $hw_u"; break; }; done
done
if [ -d /run/systemd/system ]; then
  echo systemd
  systemctl show --no-pager -p LoadState -p ActiveState -p SubState -p UnitFileState -p Type -p RemainAfterExit -- ${quoteAll(names.map(unitName))}
else
  echo init
  for hw_u in ${quoteAll(names)}; do
    [ -x "/etc/init.d/$hw_u" ] || continue
    if timeout 20 "/etc/init.d/$hw_u" status >/dev/null 2>&1; then echo "running $hw_u"; else echo "stopped $hw_u"; fi
  done
fi`,
  parse: (output, names) => {
    const text = output.toString()
    const linked = (name: string) => text.includes(`linked ${name}\n`)
    const at = text.search(/^systemd$/m)
    if (at === -1) return names.map((name) => scripted(text, name, linked(name)))
    const blocks = text.slice(at + 'systemd\n'.length).split(/\n\n/)
    return names.map((name, index) => unit(blocks[index] ?? '', linked(name)))
  },
})

/** "cron" is "cron.service"; timers and sockets say so themselves. */
export const unitName = (name: string) => (/\.[a-z]+$/.test(name) ? name : `${name}.service`)

function scripted(text: string, name: string, linked: boolean): ServiceState {
  const has = (word: string) => text.includes(`\n${word} ${name}\n`)
  if (!has('running') && !has('stopped')) return { kind: 'absent', manager: 'init' }
  return { kind: 'present', manager: 'init', running: has('running'), enablement: linked ? 'enabled' : 'disabled', oneshot: false }
}

function unit(block: string, linked: boolean): ServiceState {
  const has = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? ''
  if (has('LoadState') === 'not-found' || has('LoadState') === '') return { kind: 'absent', manager: 'systemd' }
  return {
    kind: 'present',
    manager: 'systemd',
    // A service between two crashes is "activating (auto-restart)": that is not running.
    running: /^(?:active|reloading|activating)$/.test(has('ActiveState')) && has('SubState') !== 'auto-restart',
    enablement: has('LoadState') === 'masked' ? 'masked' : enablement(has('UnitFileState'), linked),
    oneshot: has('Type') === 'oneshot' && has('RemainAfterExit') !== 'yes',
  }
}

function enablement(state: string, linked: boolean): 'enabled' | 'disabled' | 'static' {
  if (/^(?:enabled|alias|indirect)$/.test(state)) return 'enabled'
  // A unit made from an init script is enabled by that script's links.
  if (state === 'generated') return linked ? 'enabled' : 'disabled'
  return state === 'static' || state === 'transient' ? 'static' : 'disabled'
}
