import { isRecord, member } from '../facts/json.ts'

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

/** Names of the networks that others make. */
export const externalNetworks = (model: unknown): string[] => networksOf(model).flatMap(({ key, isExternal, name = key }) => (isExternal && isPlain(name) ? [name] : []))

/** Names of the networks that Compose makes for a project, where no variable says them. */
export function ownNetworks(model: unknown, project: string): string[] {
  const networks = networksOf(model)
  const standard = networks.some(({ key }) => key === 'default') || !servicesUseDefault(model) ? [] : [`${project}_default`]
  return [...standard, ...networks.flatMap(({ key, isExternal, name = `${project}_${key}` }) => (!isExternal && isPlain(name) ? [name] : []))]
}

function servicesUseDefault(model: unknown): boolean {
  const services = member(model, 'services')
  return isRecord(services) && Object.values(services).some((each) => member(each, 'networks') === undefined && member(each, 'network_mode') === undefined)
}
