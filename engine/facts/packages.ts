import { quoteAll } from '../values/quote.ts'
import { defineBatchFact, defineFact, Unreadable, type Fact } from './fact.ts'

export type PackageState =
  | { readonly kind: 'absent' }
  /** Removed, but its configuration is still there. */
  | { readonly kind: 'configured' }
  | { readonly kind: 'installed'; readonly version: string; readonly held: boolean }
  /** Not a package of this name, but another one is installed that provides it. */
  | { readonly kind: 'provided'; readonly by: string }

/** `installed('curl')`, or with an architecture, `installed('libc6:i386')`. One `dpkg-query` for all, sifted on the host. */
export const installed: (name: string) => Fact<PackageState> = defineBatchFact<string, PackageState>({
  name: 'installed',
  blank: { kind: 'absent' },
  read: (names) => `command -v dpkg-query >/dev/null || { echo none; exit; }
dpkg --print-architecture
dpkg-query -W -f '\${Package}\\t\${Architecture}\\t\${Version}\\t\${db:Status-Want}\\t\${db:Status-Status}\\t\${Provides}\\n' | awk -F '\\t' '
  BEGIN { for (i = 1; i < ARGC; i++) { sub(/:.*/, "", ARGV[i]); want[ARGV[i]] = 1 }; ARGC = 1 }
  $1 in want { print; next }
  $5 == "installed" && $6 != "" { n = split($6, each, /, */); for (i = 1; i <= n; i++) { sub(/ .*/, "", each[i]); if (each[i] in want) { print; next } } }
' ${quoteAll(names)}`,
  parse: (output, names) => {
    const [native = '', ...lines] = output.toString().split('\n')
    if (native === 'none') return names.map(() => new Unreadable('this host has no dpkg: `packages` knows Debian and its descendants'))
    const rows = lines.filter(Boolean).map((line) => line.split('\t'))
    return names.map((asked) => {
      const [name = '', architecture] = asked.split(':')
      const fits = (arch = '') => (architecture === undefined ? arch === native || arch === 'all' : arch === architecture)
      const own = rows.find(([each, arch]) => each === name && fits(arch))
      const [, , version = '', want, status] = own ?? []
      if (status === 'config-files') return { kind: 'configured' }
      // Half unpacked or half configured is not installed: apt-get goes on from there.
      if (status === 'installed') return { kind: 'installed', version, held: want === 'hold' }
      const provider = rows.find(([, , , , state, provides = '']) => state === 'installed' && provides.split(/, */).some((each) => each.split(' ')[0] === name))
      return provider ? { kind: 'provided', by: provider[0] ?? '' } : { kind: 'absent' }
    })
  },
})

/** `candidate('curl')`: the version that apt would install now, by index and pins; undefined when it knows none. One `apt-cache` for all. */
export const candidate: (name: string) => Fact<string | undefined> = defineBatchFact<string, string | undefined>({
  name: 'candidate',
  blank: undefined,
  read: (names) => `apt-cache policy -- ${quoteAll(names)} 2>/dev/null`,
  parse: (output, names) => {
    const found = new Map<string, string>()
    let name = ''
    for (const line of output.toString().split('\n')) {
      const head = /^(\S+):$/.exec(line)?.[1]
      const version = /^ {2}Candidate: (\S+)$/.exec(line)?.[1]
      if (head !== undefined) name = head
      else if (version !== undefined && version !== '(none)') found.set(name, version)
    }
    return names.map((each) => found.get(each))
  },
})

/** `indexAge('apt')`: seconds since the package index was brought up to date; infinite when there is none, or sources changed since. */
export const indexAge: (manager: 'apt') => Fact<number> = defineFact<'apt', number>({
  name: 'indexAge',
  blank: Infinity,
  read: () => `${INDEX_AGE}\nhw_index_age`,
  parse: (output) => (/^\d+$/.test(output.toString().trim()) ? Number(output.toString().trim()) : Infinity),
})

/**
 * As sh, because the step that installs asks it once more: an index may have grown old, or a source come in, since the look.
 * `apt-get update` does not touch what has not changed, so the age is that of the youngest trace it leaves.
 */
export const INDEX_AGE = `hw_index_age() {
  set -- /var/lib/apt/lists/*_*
  [ -e "$1" ] || { echo none; return; }
  [ -z "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer /var/lib/apt/lists 2>/dev/null | head -n 1)" ] || { echo outdated; return; }
  hw_at=0
  for hw_p in /var/lib/apt/lists /var/lib/apt/lists/partial /var/lib/apt/periodic/update-success-stamp; do
    hw_m=$(stat -c %Y -- "$hw_p" 2>/dev/null) && [ "$hw_m" -gt "$hw_at" ] && hw_at=$hw_m
  done
  echo $(($(date +%s) - hw_at))
}`

/**
 * `arriving('packages')`: what a run foretells to be installed before; on a host, always nothing. With it a task can foretell what comes
 * with a package that is not there yet: its service, its directories, its users.
 */
export const arriving: (what: 'packages') => Fact<Arriving> = defineFact<'packages', Arriving>({
  name: 'arriving',
  blank: { names: [], startsServices: true },
  // Packages start their services when they are installed, unless the host forbids it (101).
  read: () => '[ ! -x /usr/sbin/policy-rc.d ] || /usr/sbin/policy-rc.d hostwright start >/dev/null 2>&1 || [ $? != 101 ] || echo forbidden',
  parse: (output) => ({ names: [], startsServices: !output.toString().includes('forbidden') }),
})

export interface Arriving {
  readonly names: readonly string[]
  readonly startsServices: boolean
}
