import { diagnostic } from '../diagnostic/make.ts'
import type { Place } from '../diagnostic/diagnostic.ts'
import type { DraftGroup, DraftHost, Problems } from './draft.ts'
import { EMPTY, type LocatedMap } from './located.ts'
import { beside, over } from './merge.ts'
import { expandHosts, MOST_HOSTS, nameProblem } from './names.ts'

/** A group while the sources are put together. */
export interface GroupNode {
  readonly name: string
  readonly at: Place | undefined
  readonly hosts: Set<string>
  /** By name, with the place of the first mention. */
  readonly children: Map<string, Place | undefined>
  readonly parents: Set<string>
  vars: LocatedMap
}

export interface HostNode {
  readonly name: string
  readonly at: Place | undefined
  readonly groups: Set<string>
  /** Index of the source that named it last. */
  source: number
  vars: LocatedMap
}

/** How often hosts may be named, all groups taken together. */
const MOST_MENTIONS = 10 * MOST_HOSTS

/** Variables by the name of the group or host that they were given to. */
export interface SaidVars {
  readonly groups: ReadonlyMap<string, LocatedMap>
  readonly hosts: ReadonlyMap<string, LocatedMap>
}

/** Hosts and groups of all sources, and who is in what. Filled one source after the other. */
export class Graph {
  readonly groups = new Map<string, GroupNode>()
  readonly hosts = new Map<string, HostNode>()
  readonly #problems: Problems
  #source = -1
  #mentions = 0
  #full = false

  constructor(problems: Problems) {
    this.#problems = problems
    this.group('all', undefined)
    this.group('ungrouped', undefined)
  }

  /** Adds the names of a source, and returns what it says about them. Within it, the same group or host must not be told two things. */
  add(drafts: readonly DraftGroup[]): SaidVars {
    this.#source++
    const groupVars = new Map<string, LocatedMap>()
    const hostVars = new Map<string, LocatedMap>()
    for (const draft of drafts) {
      if (!this.#nameIsGood(draft.name, draft.at)) continue
      const group = this.group(draft.name, draft.at)
      for (const child of draft.children) this.#addChild(group, child.name, child.at)
      for (const host of draft.hosts) this.#addHosts(group, host, hostVars)
      groupVars.set(draft.name, beside(groupVars.get(draft.name) ?? EMPTY, draft.vars))
    }
    return { groups: groupVars, hosts: hostVars }
  }

  /** Puts variables over what is there already: called weakest first. */
  strengthen(said: SaidVars): void {
    for (const [name, vars] of said.groups) raise(this.groups.get(name), vars)
    for (const [name, vars] of said.hosts) raise(this.hosts.get(name), vars)
  }

  group(name: string, at: Place | undefined): GroupNode {
    let group = this.groups.get(name)
    if (group === undefined) this.groups.set(name, (group = { name, at, hosts: new Set(), children: new Map(), parents: new Set(), vars: EMPTY }))
    return group
  }

  #addChild(parent: GroupNode, name: string, at: Place | undefined): void {
    if (!this.#nameIsGood(name, at)) return
    if (name === 'all') return void this.#problems.errors.push(diagnostic('"all" cannot be within another group', at))
    this.group(name, at).parents.add(parent.name)
    if (!parent.children.has(name)) parent.children.set(name, at)
  }

  #addHosts(group: GroupNode, draft: DraftHost, vars: Map<string, LocatedMap>): void {
    if (this.#full) return
    const expanded = expandHosts(draft.pattern)
    if (!expanded.ok) return void this.#problems.errors.push(diagnostic(`"${draft.pattern.slice(0, 80)}" cannot name a host: ${expanded.error}`, draft.at))
    const { names, port } = expanded.value
    this.#mentions += names.length
    const said = port === undefined ? draft.vars : beside(portVar(port, draft.at), draft.vars)
    for (const name of names) {
      this.#addHost(name, draft.at).groups.add(group.name)
      group.hosts.add(name)
      vars.set(name, beside(vars.get(name) ?? EMPTY, said))
    }
    if (this.hosts.size <= MOST_HOSTS && this.#mentions <= MOST_MENTIONS) return
    this.#full = true
    this.#problems.errors.push(diagnostic(`there are more than ${MOST_HOSTS} hosts, or they are in too many groups`, draft.at))
  }

  #addHost(name: string, at: Place | undefined): HostNode {
    let host = this.hosts.get(name)
    if (host === undefined) this.hosts.set(name, (host = { name, at, groups: new Set(), source: this.#source, vars: EMPTY }))
    if (host.source !== this.#source) {
      host.source = this.#source
      const first = host.at === undefined ? 'an earlier source' : `${host.at.file}:${host.at.line}`
      this.#problems.warnings.push(diagnostic(`the host "${name}" is also in ${first}`, at, 'where they differ, the later source counts'))
    }
    return host
  }

  #nameIsGood(name: string, at: Place | undefined): boolean {
    const problem = nameProblem(name)
    if (problem !== undefined) this.#problems.errors.push(diagnostic(`"${name.slice(0, 80)}" cannot name a group: ${problem}`, at))
    return problem === undefined
  }
}

function raise(node: GroupNode | HostNode | undefined, vars: LocatedMap): void {
  if (node !== undefined) node.vars = over(node.vars, vars)
}

function portVar(port: number, at: Place | undefined): LocatedMap {
  return { kind: 'map', entries: new Map([['ansible_port', { key: at, value: { kind: 'scalar', value: port, at } }]]), at }
}
