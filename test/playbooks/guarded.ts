import { z } from 'zod'
import { created, defineRole, definePlaybook, directory, file, main, use, type Task } from '../../engine/index.ts'

const CONF = '/etc/ssh/sshd_config.d/50-hw-guarded.conf'
const MARKS = '/srv/hw-guarded'
const HUP: [string, ...string[]] = ['sh', '-c', 'kill -HUP "$(cat /run/sshd.pid)"']

/** Ends the sshd above, so that the line is gone at once. */
const HANG_UP = `p=$$; while [ "$p" -gt 1 ]; do case $(cat "/proc/$p/comm") in sshd*) kill -9 "$p"; break ;; esac; p=$(awk '/^PPid/ { print $2 }' "/proc/$p/status"); done`

/** Something that a command does, once: its mark goes back with the rest. */
const once = (name: string, script: string): Task => created({ path: `${MARKS}/${name}`, by: ['sh', '-c', `mkdir -p "$1" && { ${script}\n} && : >"$1/${name}"`, 'sh', MARKS], timeout: '2m' })
const sshd = (text: string): Task[] => [file({ path: CONF, content: text, mode: '0600', validate: ['sshd', '-t', '-f', '%s'] }), once(`loaded-${text.length}`, HUP[2] ?? '')]

/** What each case does, and what more its safeguard is told. */
const cases = {
  good: { tasks: sshd('X11Forwarding no\n') },
  user: { tasks: sshd('DenyUsers root\n') },
  ops: { tasks: sshd('# not for ops\nDenyUsers ops\n') },
  port: { tasks: sshd('Port 2222\n') },
  firewall: { tasks: [once('drops', 'iptables -I INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -j DROP')], more: { state: [{ save: ['iptables-save'], restore: ['iptables-restore'] }] } },
  address: { tasks: [once('cut', 'ip -o -4 addr show dev eth0 | { read -r _ _ _ a _; echo "$a" >/run/hw-address; ip addr del "$a" dev eth0; }')], more: { after: [['sh', '-c', 'ip addr replace "$(cat /run/hw-address)" dev eth0']] } },
  // Nobody gives the address back but the test itself, when the run has long given up.
  gone: { tasks: [once('cut', `ip -o -4 addr show dev eth0 | { read -r _ _ _ a _; setsid sh -c "sleep 1; ip addr del $a dev eth0; sleep 90; ip addr replace $a dev eth0" </dev/null >/dev/null 2>&1 9>&- & }; ${HANG_UP}`)], more: { after: [] } },
  fails: { tasks: [file({ path: CONF, content: 'X11Forwarding no\n' }), once('never', 'echo no such thing >&2; exit 9')] },
  slow: { tasks: [file({ path: CONF, content: 'X11Forwarding no\n' }), once('slow', 'echo begun; sleep 6')] },
  long: { tasks: [once('long', 'sleep 20')] },
  late: { tasks: [file({ path: CONF, content: 'X11Forwarding no\n' }), once('late', 'echo begun; sleep 12; mkdir -p "$1"'), file({ path: `${MARKS}/after`, content: 'after\n' })] },
  stuck: { tasks: sshd('DenyUsers root\n'), more: { state: [{ save: ['echo', 'kept'], restore: ['sh', '-c', 'echo cannot be restored >&2; exit 4'] }] } },
} satisfies Record<string, { readonly tasks: readonly Task[]; readonly more?: object }>

const safe = defineRole({
  name: 'safe',
  doc: 'Changes that can shut us out.',
  params: z.strictObject({ what: z.enum(['good', 'user', 'ops', 'port', 'firewall', 'address', 'gone', 'fails', 'slow', 'long', 'late', 'stuck']), within: z.string().default('20s') }),
  async run(host, { what, within }) {
    const { tasks, ...rest }: { tasks: readonly Task[]; more?: object } = cases[what]
    await host.guarded({ paths: ['/etc/ssh/sshd_config.d', MARKS], after: [HUP], within, ...rest.more }, directory({ path: '/etc/ssh/sshd_config.d' }), ...tasks)
  },
})

const guarded = definePlaybook({
  name: 'guarded',
  doc: 'For test/e2e/guarded.test.ts.',
  params: safe.params,
  roles: [safe],
  plays: (p) => [{ name: 'guarded', hosts: 'all', roles: [use(safe, p)] }],
})

export default guarded
await main(import.meta, guarded)
