import { z } from 'zod'
import { dockerEngine, noEngine } from '../facts/docker-engine.ts'
import { detachedContainers, dockerNetwork as networkFact, networkNote, type PresentNetwork } from '../facts/docker-network.ts'
import { becomes } from '../facts/fact.ts'
import { NetworkName } from '../values/schema.ts'
import { change, refuse, run, type Change } from './change.ts'
import { defineTask } from './task.ts'

const Subnet = z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/, 'a subnet is an address and a length, such as "172.30.0.0/16"')

const Params = z.strictObject({
  name: NetworkName,
  state: z.enum(['present', 'absent']).default('present'),
  driver: z.string().default('bridge'),
  subnet: Subnet.optional().describe('such as 172.30.0.0/16; Docker chooses one when it is not given'),
  gateway: z.union([z.ipv4(), z.ipv6()]).optional().describe('an address of the subnet'),
  internal: z.boolean().default(false).describe('no way out to other networks'),
  attachable: z.boolean().default(false).describe('containers started by hand may join a network of a swarm'),
  labels: z.record(z.string(), z.string()).default({}).describe('other labels are left as they are'),
  recreate: z.boolean().default(false).describe('containers are taken off a network that differs, and put on the new one: they lose it for some seconds; where it cannot be made, the old one is made again'),
}).refine((p) => p.gateway === undefined || p.subnet !== undefined, 'a gateway needs a subnet')
type P = z.output<typeof Params>

/**
 * A Docker network. What it was made with cannot be changed: where that differs it is made anew, which is refused while containers are
 * on it, unless `recreate` says so.
 *
 * @example dockerNetwork({ name: 'shared_network', subnet: '172.30.0.0/16' })
 */
export const dockerNetwork = defineTask({
  name: 'dockerNetwork',
  doc: 'A Docker network exists, with this driver and addresses, or does not exist.',
  params: Params,
  title: (p) => p.name,
  facts: (p) => ({ engine: dockerEngine(), now: networkFact(p.name), detached: detachedContainers(p.name) }),
  plan(p, { engine, now, detached }) {
    const trouble = noEngine(engine)
    if (trouble) return engine.kind === 'absent' && p.state === 'absent' ? [] : refuse(trouble.message, trouble.hint)
    if (now.kind === 'absent') return p.state === 'absent' ? [] : [make(`create the network ${p.name}`, p, detached)]

    const on = now.containers.length === 0 ? undefined : refuse(`containers are on the network ${p.name}: ${now.containers.join(', ')}`, p.state === 'absent' ? 'remove them first' : 'say recreate: true to take them off it for some seconds')
    if (p.state === 'absent') return on ?? [change(`remove the network ${p.name}`, ['docker', 'network', 'rm', p.name], [becomes(networkFact(p.name), { kind: 'absent' })])]
    const differences = differencesOf(p, now)
    if (differences.length > 0) {
      const why = differences.join(', ')
      if (on && !p.recreate) return refuse(`the network ${p.name} is another (${why}), and ${on.refused}`, on.hint)
      return [make(`recreate the network ${p.name}: ${why}`, p, [...now.containers, ...detached])]
    }
    return detached.length > 0 ? [make(`put ${detached.length} ${detached.length === 1 ? 'container' : 'containers'} back on the network ${p.name}`, p, [...now.containers, ...detached])] : []
  },
  state: (_, { now }) => now,
})

function differencesOf(p: P, now: PresentNetwork): string[] {
  const subnet = now.subnets[0]
  const one = (what: string, is: string, wished: string | undefined) => (wished === undefined || is === wished ? [] : [`${what} ${is || 'none'} → ${wished}`])
  return [
    ...one('driver', now.driver, p.driver),
    ...one('subnet', now.subnets.some((each) => each.subnet === p.subnet) ? (p.subnet ?? '') : (subnet?.subnet ?? ''), p.subnet),
    ...one('gateway', subnet?.gateway ?? '', p.gateway),
    ...one('internal', String(now.internal), String(p.internal)),
    // On a network of one host everybody may join anyway.
    ...(p.driver === 'overlay' ? one('attachable', String(now.attachable), String(p.attachable)) : []),
    ...Object.entries(p.labels).flatMap(([name, value]) => one(`label ${name}`, now.labels[name] ?? '', value)),
  ]
}

/** Makes it, in place of the one that is there; takes containers off and puts them back, also those that an interrupted run took off. */
function make(summary: string, p: P, containers: readonly string[]): Change {
  const options = [
    '--driver', p.driver,
    ...(p.subnet === undefined ? [] : ['--subnet', p.subnet]),
    ...(p.gateway === undefined ? [] : ['--gateway', p.gateway]),
    ...(p.internal ? ['--internal'] : []),
    ...(p.attachable ? ['--attachable'] : []),
    ...Object.entries(p.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ]
  const after: PresentNetwork = {
    kind: 'present',
    driver: p.driver,
    internal: p.internal,
    attachable: p.attachable,
    subnets: p.subnet === undefined ? [] : [{ subnet: p.subnet, gateway: p.gateway ?? '' }],
    labels: p.labels,
    containers,
  }
  const plain = containers.length === 0 && summary.startsWith('create')
  const step = plain ? run(['docker', 'network', 'create', ...options, p.name], { timeout: 60 }) : run(['sh', '-c', MOVE, 'sh', p.name, networkNote(p.name), summary.startsWith('recreate') ? 'anew' : 'keep', ...options], { what: summary, timeout: 300 })
  return change(summary, [step], [becomes(networkFact(p.name), after), becomes(detachedContainers(p.name), [])], { touches: ['dockerNetworkNames', 'composeProject'] })
}

/** What a network was made with, an option a line. */
const OPTIONS = [
  '--driver={{.Driver}}\n{{if .Internal}}--internal\n{{end}}{{if .Attachable}}--attachable\n{{end}}{{if .EnableIPv6}}--ipv6\n{{end}}',
  '{{range .IPAM.Config}}{{with .Subnet}}--subnet={{.}}\n{{end}}{{with .Gateway}}--gateway={{.}}\n{{end}}{{with .IPRange}}--ip-range={{.}}\n{{end}}{{range $name, $at := .AuxAddress}}--aux-address={{$name}}={{$at}}\n{{end}}{{end}}',
  '{{range $name, $value := .Options}}--opt={{$name}}={{$value}}\n{{end}}{{range $name, $value := .Labels}}--label={{$name}}={{$value}}\n{{end}}',
].join('').replaceAll('\n', '{{println}}')

/**
 * Takes everything off, makes the network anew, puts everything back with the names it had there. Who was on it is noted before, so that a
 * run that dies in between leaves nobody out; so is what the old network was made with, which is made again where the new one cannot be. A fixed
 * address is kept where the network that comes has it.
 */
const MOVE = `
name=$1 note=$2 old=$2~old how=$3 failed=; shift 3
umask 077; mkdir -p -- "\${note%/*}" || exit
if docker network inspect -- "$name" >/dev/null 2>&1; then there=1; else there=; fi
if [ -n "$there" ] && [ "$how" = anew ]; then
  docker ps -aq --no-trunc --filter "network=$name" | while read -r id; do
    docker inspect --format "{{.ID}}{{range (index .NetworkSettings.Networks \\"$name\\").Aliases}} --alias {{.}}{{end}}{{with (index .NetworkSettings.Networks \\"$name\\").IPAMConfig}}{{with .IPv4Address}} --ip {{.}}{{end}}{{with .IPv6Address}} --ip6 {{.}}{{end}}{{end}}" "$id"
  done >"$note.new" || exit
  # What an earlier run noted and could not put back is still off.
  [ ! -f "$note" ] || cat -- "$note" >>"$note.new"
  docker network inspect --format '${OPTIONS}' -- "$name" >"$old" || exit
  mv -f -- "$note.new" "$note" || exit
  while read -r id rest; do docker network disconnect -f "$name" "$id" 2>/dev/null; done <"$note"
  if docker network rm "$name" >/dev/null; then there=; else failed=1; fi
fi
if [ -z "$there" ] && ! docker network create "$@" "$name"; then
  [ -f "$old" ] || exit 1
  failed=1; set --
  while IFS= read -r option; do [ -z "$option" ] || set -- "$@" "$option"; done <"$old"
  docker network create "$@" "$name" >/dev/null || exit
fi
[ -f "$note" ] || exit 0
: >"$note.left" || exit
moved=
while read -r id how_it_was; do
  docker inspect --type container "$id" >/dev/null 2>&1 || continue
  said=$(docker network connect $how_it_was "$name" "$id" 2>&1) && continue
  case $said in *'already exists in network'*|*'already attached'*) continue ;; esac
  # Without its fixed address rather than not at all.
  anyhow=$(printf '%s' "$how_it_was" | sed 's/--ip6* [^ ]*//g')
  if [ "$anyhow" != "$how_it_was" ] && docker network connect $anyhow "$name" "$id" >/dev/null 2>&1; then moved="$moved $id"
  else printf '%s\\n' "$said" >&2; printf '%s\\n' "$id $how_it_was" >>"$note.left"; fi
done <"$note"
if [ -s "$note.left" ]; then mv -f -- "$note.left" "$note"; echo "these containers are not on $name yet: the next run puts them back" >&2; exit 1; fi
rm -f -- "$note" "$note.left" "$old"
[ -z "$moved" ] || { echo "on $name again, but not at their fixed addresses, which it does not have any more:$(docker inspect --format ' {{slice .Name 1}}' $moved | tr -d '\\n')" >&2; [ -n "$failed" ] || exit 1; }
[ -z "$failed" ] || { echo "the network $name is as it was before, and its containers are on it again" >&2; exit 1; }`
