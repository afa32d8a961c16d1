import { z } from 'zod'
import { each } from '../facts/each.ts'
import { becomes, given, type Fact } from '../facts/fact.ts'
import { arriving, candidate, INDEX_AGE, indexAge, installed, type PackageState } from '../facts/packages.ts'
import { Duration } from '../values/schema.ts'
import { change, refuse, run, type Change, type RunStep } from './change.ts'
import { defineTask } from './task.ts'

const Package = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?(?:=[A-Za-z0-9][A-Za-z0-9.+:~-]*\*?)?$/,
    'a package is a name as apt takes it, with "=version" where one is wanted: "curl", "nginx=1.22.*", "libc6:i386"',
  )

/**
 * Packages of a Debian or Ubuntu host, in one transaction.
 *
 * @example
 * packages({ names: ['curl', 'jq'] })
 * packages({ names: ['docker-ce=5:27.3.1-1~debian.12~bookworm'] })
 * packages({ names: ['telnetd'], state: 'absent', purge: true })
 */
export const packages = defineTask({
  name: 'packages',
  doc: 'Packages are installed (in any version, in this one, or in the newest), or are not. apt does it in one transaction; the index is brought up to date first when it is older than `indexAge`.',
  params: z
    .strictObject({
      names: z.array(Package).min(1).describe('names, or name=version; a virtual package will do when any that provides it is installed'),
      state: z.enum(['present', 'latest', 'absent']).default('present'),
      indexAge: Duration.prefault('24h').describe('how old the index may be when something is to be installed'),
      recommends: z.boolean().default(true).describe('false: without the packages that are only recommended'),
      purge: z.boolean().default(false).describe('with state absent: the configuration goes too'),
      allowDowngrade: z.boolean().default(false).describe('a version older than the installed one is fine'),
      timeout: Duration.prefault('20m').describe('for each call of apt; waiting for another apt is limited to 120 s'),
    })
    .refine((p) => p.state === 'present' || !p.names.some((name) => name.includes('=')), 'a version goes with state present only'),
  title: (p) => (p.names.length > 6 ? `${p.names.slice(0, 5).join(', ')} and ${p.names.length - 5} more` : p.names.join(', ')),
  facts: (p) => {
    const names = p.names.map(nameOf)
    // How old the index is, and what apt would choose, is asked for only where it decides: that costs apt a second.
    const newest: { readonly [name: `newest ${string}`]: Fact<string | undefined> } = Object.fromEntries(p.state === 'latest' ? names.map((name) => [`newest ${name}`, candidate(name)]) : [])
    return Object.assign({ age: p.state === 'latest' ? indexAge('apt') : given(0), arriving: arriving('packages') }, each(names, installed), newest)
  },
  plan(p, now) {
    const state = (wished: string): PackageState => now[`each ${nameOf(wished)}`] ?? { kind: 'absent' }
    const isOld = now.age > p.indexAge
    if (p.state === 'absent') {
      const there = p.names.filter((name) => state(name).kind === 'installed' || (p.purge && state(name).kind === 'configured'))
      return there.length === 0 ? [] : [removal(there, p)]
    }
    const version = (name: string) => (p.state === 'latest' ? now[`newest ${name}`] : versionOf(name))
    const unfit = p.names.filter((name) => !fits(state(name), versionOf(name)))
    const old = p.state === 'latest' ? p.names.filter((name) => !unfit.includes(name) && isOutdated(state(name), now[`newest ${name}`])) : []
    // With an old index nobody knows what is newest: apt is asked, and it counts as a change.
    const asked = p.state === 'latest' && isOld ? p.names : [...unfit, ...old]
    if (asked.length === 0) return []
    const held = asked.filter((name) => heldBack(state(name)))
    if (held.length > 0) return refuse(`${held.map(nameOf).join(', ')}: held at the installed version`, `apt-mark unhold ${held.map(nameOf).join(' ')}`)

    const fresh = unfit.filter((name) => state(name).kind !== 'installed')
    const moved = asked.filter((name) => !fresh.includes(name))
    const told = [...(fresh.length > 0 ? [`install ${fresh.join(', ')}`] : []), ...(moved.length > 0 ? [p.state === 'latest' ? `bring ${moved.join(', ')} to the newest version` : `change to ${moved.join(', ')}`] : [])]
    const effects = asked.map((name) => becomes(installed(nameOf(name)), { kind: 'installed', version: version(name) ?? '', held: false }))
    const newestKnown = p.state === 'latest' ? asked.map((name) => becomes(candidate(name), version(name) ?? '')) : []
    const coming = becomes(arriving('packages'), { ...now.arriving, names: [...now.arriving.names, ...fresh.map(nameOf)] })
    const age = isOld ? [becomes(indexAge('apt'), 0)] : []
    return [change(told.join('; '), [refresh(p), install(asked, p)], [...effects, ...newestKnown, coming, ...age], { touches: 'everything' })]
  },
  state: (p, now) => Object.fromEntries(p.names.map(nameOf).map((name) => [name, now[`each ${name}`] ?? ABSENT])),
})

const ABSENT: PackageState = { kind: 'absent' }
const nameOf = (wished: string) => wished.split('=')[0] ?? ''
const versionOf = (wished: string): string | undefined => wished.split('=')[1]

function fits(state: PackageState, version: string | undefined): boolean {
  if (state.kind === 'provided') return version === undefined
  if (state.kind !== 'installed') return false
  return version === undefined || (version.endsWith('*') ? state.version.startsWith(version.slice(0, -1)) : state.version === version)
}

const isOutdated = (state: PackageState, newest: string | undefined) => state.kind === 'installed' && newest !== undefined && newest !== state.version
const heldBack = (state: PackageState) => state.kind === 'installed' && state.held

type Apt = { readonly timeout: number; readonly indexAge: number; readonly recommends: boolean; readonly allowDowngrade: boolean; readonly purge: boolean }

const LOCK = ['-o', 'DPkg::Lock::Timeout=120']
const env = { DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none', NEEDRESTART_MODE: 'a' }

const refresh = (p: Apt): RunStep => run(['sh', '-c', REFRESH, 'sh', String(Math.floor(p.indexAge))], { env, timeout: p.timeout })

const install = (names: readonly string[], p: Apt): RunStep =>
  run(
    [
      ...['apt-get', '-y', '-q', ...LOCK, '-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'],
      // "install X" must not turn out as "remove Y": what is in the way is named and removed by a task of its own.
      '--no-remove',
      ...(p.recommends ? [] : ['--no-install-recommends']),
      ...(p.allowDowngrade ? ['--allow-downgrades'] : []),
      ...['install', '--', ...names],
    ],
    // What a package starts stays behind when this run is over.
    { env, timeout: p.timeout, daemon: true },
  )

/** The steps that install packages without those only recommended, for tasks that bring their own: Docker. */
export function installSteps(names: readonly string[]): RunStep[] {
  const apt: Apt = { timeout: 1200, indexAge: 24 * 3600, recommends: false, allowDowngrade: false, purge: false }
  return [refresh(apt), install(names, apt)]
}

function removal(names: readonly string[], p: Apt): Change {
  const left: PackageState = p.purge ? { kind: 'absent' } : { kind: 'configured' }
  return change(
    `${p.purge ? 'purge' : 'remove'} ${names.join(', ')}`,
    [run(['apt-get', '-y', '-q', ...LOCK, p.purge ? 'purge' : 'remove', '--', ...names], { env, timeout: p.timeout, daemon: true })],
    names.map((name) => becomes(installed(name), left)),
    { touches: 'everything' },
  )
}

/** Brings the index up to date when it is too old for $1 seconds. The lock of the lists is one that apt-get does not wait for itself. */
const REFRESH = `${INDEX_AGE}
age=$(hw_index_age)
case $age in *[!0-9]*) ;; *) [ "$age" -gt "$1" ] || exit 0 ;; esac
tries=0
until said=$(apt-get -q -o APT::Update::Error-Mode=any update 2>&1); do
  case $said in
    *"Could not get lock"*|*"Unable to lock"*) tries=$((tries + 1)); [ $tries -lt 60 ] && sleep 2 && continue ;;
  esac
  printf '%s\\n' "$said" >&2
  exit 1
done
touch /var/lib/apt/lists`
