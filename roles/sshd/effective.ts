import { z } from 'zod'
import { becomes, change, defineFact, defineTask, refuse, run, Unreadable, type Fact } from '../../engine/index.ts'

/** What sshd makes of all its files, and who listens. */
export interface Effective {
  /** Name of a setting, as sshd tells it, and its values: some can be given several times. */
  readonly settings: ReadonlyMap<string, readonly string[]>
  /** The same name, and the lines of files that say something of it: "/etc/ssh/sshd_config:3". */
  readonly saidBy: ReadonlyMap<string, readonly string[]>
  readonly listening: readonly number[]
  /** systemd listens in place of sshd, which gets each connection from it. */
  readonly bySocket: boolean
}

/** `effective(['port'])`: of these settings what `sshd -T` says, and who says something of them. */
export const effective: (names: readonly string[]) => Fact<Effective> = defineFact<readonly string[], Effective>({
  name: 'sshdEffective',
  blank: { settings: new Map(), saidBy: new Map(), listening: [], bySocket: false },
  read: (names) => `
hw_said=$(sshd -T 2>&1) || { printf '! %s\\n' "$hw_said"; exit 0; }
printf '%s\\n' "$hw_said" | sed -nE 's/^(${names.join('|')}) /= \\1 /p'
grep -HinE '^[[:space:]]*(${names.join('|')})[[:space:]="]' /etc/ssh/sshd_config.d/*.conf /etc/ssh/sshd_config 2>/dev/null | sed 's/^/in /'
awk '$4 == "0A" { print "on", $2 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
if [ -d /run/systemd/system ] && systemctl is-active --quiet ssh.socket; then echo socket; fi`,
  parse: (output) => {
    const lines = output.toString().split('\n')
    if (lines[0]?.startsWith('! ')) return new Unreadable(`sshd -T: ${lines[0].slice(2)}`)
    const settings = new Map<string, string[]>()
    const saidBy = new Map<string, string[]>()
    for (const line of lines) {
      const [, name = '', values] = /^= (\S+) (.*)$/.exec(line) ?? []
      if (values !== undefined) settings.set(name, [...(settings.get(name) ?? []), ...values.split(' ')])
      const [, place, said = ''] = /^in ([^:]+:\d+):\s*(\w+)/.exec(line) ?? []
      if (place !== undefined) saidBy.set(said.toLowerCase(), [...(saidBy.get(said.toLowerCase()) ?? []), place])
    }
    const listening = lines.flatMap((line) => /^on [0-9A-F]+:([0-9A-F]{4})$/.exec(line)?.[1] ?? []).map((port) => Number.parseInt(port, 16))
    return { settings, saidBy, listening: [...new Set(listening)], bySocket: lines.includes('socket') }
  },
})

/**
 * What is wished is what sshd makes of all its files, and it listens where it should. It takes the first that it reads of a setting, and all of some
 * others: a line before ours, or of a kind that adds up, is none of our file's business, and would go unseen.
 */
export const sshdEffective = defineTask({
  name: 'sshd-effective',
  doc: 'sshd itself says that these settings are in effect, and somebody listens on each of these ports.',
  params: z.strictObject({ file: z.string().describe('the file that says so'), lines: z.array(z.string()).min(1).describe('as they stand in it') }),
  title: () => 'settings',
  facts: ({ lines }) => ({ now: effective([...wishedBy(lines).keys()]) }),
  plan({ file, lines }, { now }) {
    const wished = wishedBy(lines)
    const ports = (wished.get('port') ?? []).map(Number)
    const silent = ports.filter((port) => !now.listening.includes(port))
    if (silent.length > 0 && now.bySocket)
      return refuse(`ssh.socket listens in place of sshd, and not on ${silent.join(', ')}: Port has no effect`, 'let sshd listen itself: systemctl disable --now ssh.socket && systemctl enable --now ssh.service')
    const differing = [...wished].flatMap(([name, values]) => {
      const is = now.settings.get(name) ?? []
      const others = (now.saidBy.get(name) ?? []).filter((place) => !place.startsWith(`${file}:`)).slice(0, 5)
      return same(name, is, values) ? [] : [`${name} is ${is.join(' ') || 'not set'}${others.length === 0 ? '' : ` (${others.join(', ')})`}, and shall be ${values.join(' ')}`]
    })
    const troubles = [...differing, ...silent.map((port) => `nobody listens on port ${port}`)]
    if (troubles.length === 0) return []
    const after: Effective = { ...now, settings: new Map([...now.settings, ...wished]), listening: [...now.listening, ...silent] }
    return [change(`have sshd take it: ${troubles.join('; ')}`, [run(['sh', '-c', LISTENING, 'sh', ...ports.map(hex)], { timeout: 30 })], [becomes(effective([...wished.keys()]), after)])]
  },
})

/** A reloaded sshd is gone from its ports for a moment. Whether it came is seen afterwards. */
const LISTENING = `
for port; do
  n=0
  until awk -v port=":$port\\$" '$4 == "0A" && $2 ~ port { found = 1 } END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null; do
    n=$((n + 1)); [ "$n" -le 5 ] || exit 0
    sleep 1
  done
done`

const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')

/** "AllowUsers ann bob", twice or in one line, by the name that sshd gives it. */
function wishedBy(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const wished = new Map<string, string[]>()
  for (const line of lines) {
    const [name = '', ...values] = line.split(' ')
    wished.set(name.toLowerCase(), [...(wished.get(name.toLowerCase()) ?? []), ...values])
  }
  return wished
}

/** In any order; and of one of them sshd still tells an older name. */
function same(name: string, is: readonly string[], wished: readonly string[]): boolean {
  const told = (values: readonly string[]) => [...new Set(values.map((value) => (name === 'permitrootlogin' && value === 'without-password' ? 'prohibit-password' : value)))].sort().join(' ')
  return told(is) === told(wished)
}
