import { isRecord, member, textsOf } from '../facts/json.ts'

interface Network {
  readonly key: string
  readonly isExternal: boolean
  readonly name: unknown
}

function networksOf(model: unknown): Network[] {
  const networks = member(model, 'networks')
  if (!isRecord(networks)) return []
  return Object.entries(networks).map(([key, network]) => {
    const external = member(network, 'external')
    return { key, isExternal: external === true || isRecord(external), name: member(network, 'name') ?? member(external, 'name') }
  })
}

/** A name that a variable gives is left to Compose, which looks for it before it changes anything. */
const isPlain = (name: unknown): name is string => typeof name === 'string' && !name.includes('$')

/** What Docker calls a network of a project; [] where a variable says it. */
function plainName({ key, isExternal, name: given }: Network, project: string): string[] {
  const name = given === undefined ? (isExternal ? key : `${project}_${key}`) : given
  return isPlain(name) ? [name] : []
}

/** Names of the networks that others make. */
export const externalNetworks = (model: unknown): string[] => networksOf(model).filter(({ isExternal }) => isExternal).flatMap((each) => plainName(each, ''))

/** Names of the networks that Compose makes for a project, where no variable says them. */
export function ownNetworks(model: unknown, project: string): string[] {
  const networks = networksOf(model)
  const standard = networks.some(({ key }) => key === 'default') || !servicesUseDefault(model) ? [] : [`${project}_default`]
  return [...standard, ...networks.filter(({ isExternal }) => !isExternal).flatMap((each) => plainName(each, project))]
}

function servicesUseDefault(model: unknown): boolean {
  const services = member(model, 'services')
  return isRecord(services) && Object.values(services).some((each) => member(each, 'networks') === undefined && member(each, 'network_mode') === undefined)
}

/**
 * Names of the networks that the containers of a service are on, where no variable says them. `bases` are the sections that it extends: what comes of those is
 * left to Compose.
 */
export function serviceNetworks(model: unknown, section: unknown, bases: readonly unknown[], project: string): string[] {
  if ([section, ...bases].some((part) => member(part, 'network_mode') !== undefined)) return []
  const own = member(section, 'networks')
  const isExtended = member(section, 'extends') !== undefined
  const keys = own === undefined ? (isExtended ? [] : ['default']) : isRecord(own) ? Object.keys(own) : textsOf(section, 'networks')
  const networks = networksOf(model)
  return keys.flatMap((key) => {
    const known = networks.find((each) => each.key === key)
    if (known !== undefined) return plainName(known, project)
    return key === 'default' ? [`${project}_default`] : []
  })
}
