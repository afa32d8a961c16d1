import { quoteAll } from '../values/quote.ts'
import { withNetwork } from './compose-project.ts'
import { defineBatchFact, defineFact, Unreadable, type Fact, type KnownFacts } from './fact.ts'
import { isRecord, jsonLines, member, textOf } from './json.ts'
import { unseenWithoutDaemon } from './docker-engine.ts'

export type NetworkState = { readonly kind: 'absent' } | PresentNetwork

export interface PresentNetwork {
  readonly kind: 'present'
  readonly driver: string
  readonly internal: boolean
  readonly attachable: boolean
  readonly subnets: readonly { readonly subnet: string; readonly gateway: string }[]
  readonly labels: Readonly<Record<string, string>>
  /** Names of the containers that are part of it, running or not, sorted. */
  readonly containers: readonly string[]
}

/** Where a recreation notes whom it took off, until they are back. */
export const networkNote = (name: string): string => `/var/lib/hostwright/networks/${name}`

/** `dockerNetwork('shared_network')`. One `docker network inspect` and one `docker ps` for all; absent where Docker is not installed. */
export const dockerNetwork: (name: string) => Fact<NetworkState> = defineBatchFact<string, NetworkState>({
  name: 'dockerNetwork',
  blank: { kind: 'absent' },
  read: (names) => `
command -v docker >/dev/null || exit 0
docker network inspect --format '{{json .}}' -- ${quoteAll(names)} 2>&1
docker ps -a --no-trunc --format '= {{.Names}}\t{{.Networks}}' 2>/dev/null`,
  parse: (output, names) => {
    const { values, rest } = jsonLines(output)
    const attached = rest.filter((line) => line.startsWith('= ')).map((line) => line.slice(2).split('\t'))
    const troubles = rest.filter((line) => !line.startsWith('= ') && !/no such network|not found$/i.test(line) )
    const unseen = unseenWithoutDaemon(rest)
    return names.map((name) => {
      if (unseen) return unseen
      const network = values.find((each) => textOf(each, 'Name') === name)
      const trouble = troubles.find((line) => line.includes(name))
      if (network === undefined) return trouble === undefined ? { kind: 'absent' } : new Unreadable(trouble)
      const containers = attached.flatMap(([container = '', networks = '']) => (networks.split(',').includes(name) ? [container] : [])).sort()
      return readNetwork(network, containers)
    })
  },
  ripple: (name, value, known) => [
    ...known.ofKind('dockerNetworkNames').map((fact) => ({ fact, value: withName(namesIn(known.value(fact)), name, value.kind === 'present') })),
    // A project whose containers are put on it is not one that lacks it.
    ...known.ofKind('composeProject').flatMap((fact) => {
      const project = value.kind === 'present' ? withNetwork(known.value(fact), name, value.containers) : undefined
      return project === undefined ? [] : [{ fact, value: project }]
    }),
  ],
})

function readNetwork(network: unknown, containers: readonly string[]): PresentNetwork {
  const config = member(network, 'IPAM', 'Config')
  const labels = member(network, 'Labels')
  return {
    kind: 'present',
    driver: textOf(network, 'Driver'),
    internal: member(network, 'Internal') === true,
    attachable: member(network, 'Attachable') === true,
    subnets: Array.isArray(config) ? config.map((each) => ({ subnet: textOf(each, 'Subnet'), gateway: textOf(each, 'Gateway') })) : [],
    labels: isRecord(labels) ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)])) : {},
    containers,
  }
}

/** `dockerNetworkNames()`: the names of all networks, for projects whose file names networks that others make. */
export const dockerNetworkNames = (): Fact<ReadonlySet<string>> => namesFact([])

const namesFact: (arg: readonly string[]) => Fact<ReadonlySet<string>> = defineFact<readonly string[], ReadonlySet<string>>({
  name: 'dockerNetworkNames',
  blank: new Set(),
  read: () => `command -v docker >/dev/null && docker network ls --format '= {{.Name}}' 2>&1`,
  parse: (output) => {
    const lines = output.toString().split('\n')
    return unseenWithoutDaemon(lines) ?? new Set(lines.filter((line) => line.startsWith('= ')).map((line) => line.slice(2)))
  },
  beneath: (_, observed, known) => foretold(observed, known),
})

/** What was read, with the networks that will be made or removed by then. */
function foretold(observed: ReadonlySet<string>, known: KnownFacts): ReadonlySet<string> {
  let names = observed
  for (const fact of known.ofKind('dockerNetwork')) if (known.isPredicted(fact)) names = withName(names, String(fact.arg), textOf(known.value(fact), 'kind') === 'present')
  return names
}

function withName(names: ReadonlySet<string>, name: string, there: boolean): ReadonlySet<string> {
  const changed = new Set(names)
  if (there) changed.add(name)
  else changed.delete(name)
  return changed
}

const namesIn = (value: unknown): ReadonlySet<string> => (value instanceof Set ? new Set([...value].map(String)) : new Set())

/** `detachedContainers('shared_network')`: ids of containers that a recreation took off a network and has not put back: it was interrupted. */
export const detachedContainers: (network: string) => Fact<readonly string[]> = defineBatchFact<string, readonly string[]>({
  name: 'detachedContainers',
  blank: [],
  read: (names) => `for hw_p in ${quoteAll(names.map(networkNote))}; do [ -f "$hw_p" ] && sed "s|^|$hw_p |" "$hw_p"; done`,
  parse: (output, names) => {
    const lines = output.toString().split('\n').map((line) => line.split(' '))
    return names.map((name) => lines.flatMap(([note, container]) => (note === networkNote(name) && container ? [container] : [])))
  },
})
