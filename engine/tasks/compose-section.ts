import { isRecord, member, textsOf } from '../facts/json.ts'

/*
 * Readers of what a service of a project file says of itself, in each of the ways in which Compose lets it be said. What stands there is somebody's
 * YAML: whatever is not as it should be is nothing here, and found by Compose.
 */

/** A service without what may change while its containers stay as they are. */
export function withoutCounts(section: unknown): unknown {
  if (!isRecord(section)) return section
  const { depends_on: _1, profiles: _2, scale: _3, pull_policy: _4, build: _5, deploy, ...rest } = section
  if (!isRecord(deploy)) return { ...rest, deploy }
  const { replicas: _6, ...deployment } = deploy
  return { ...rest, ...(Object.keys(deployment).length > 0 && { deploy: deployment }) }
}

/** Why two containers of it cannot run side by side. */
export function aloneBecause(section: unknown): string | undefined {
  if (member(section, 'container_name') !== undefined) return 'container_name'
  const ports = member(section, 'ports')
  if (Array.isArray(ports) && ports.length > 0) return 'ports'
  return member(section, 'network_mode') === 'host' ? 'network_mode: host' : undefined
}

/** Undefined where a variable says it. */
export function imageOf(section: unknown): string | undefined {
  const image = member(section, 'image')
  return typeof image === 'string' && !image.includes('$') ? image : undefined
}

/** Below `~` stands the home of whoever calls Compose, which is not known here. */
export function bindMounts(section: unknown): { source: string; readOnly: boolean }[] {
  const volumes = member(section, 'volumes')
  if (!Array.isArray(volumes)) return []
  return volumes.flatMap((each: unknown) => {
    if (typeof each === 'string') {
      const [source = '', target, mode = ''] = each.split(':')
      return target !== undefined && /^[./]/.test(source) ? [{ source, readOnly: mode.split(',').includes('ro') }] : []
    }
    const source = member(each, 'source')
    return member(each, 'type') === 'bind' && typeof source === 'string' && !source.startsWith('~') ? [{ source, readOnly: member(each, 'read_only') === true }] : []
  })
}

/** `configs:` and `secrets:` of a service that are files of the host. */
export function fileSources(model: unknown, section: unknown, kind: 'configs' | 'secrets'): string[] {
  const used = member(section, kind)
  if (!Array.isArray(used)) return []
  return used.flatMap((each: unknown) => {
    const name = typeof each === 'string' ? each : member(each, 'source')
    const file = typeof name === 'string' ? member(model, kind, name, 'file') : undefined
    return typeof file === 'string' ? [file] : []
  })
}

/** `env_file:` of a service. */
export function envFiles(section: unknown): string[] {
  const value = member(section, 'env_file')
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.flatMap((each) => {
    const file = typeof each === 'string' ? each : member(each, 'path')
    return typeof file === 'string' ? [file] : []
  })
}

/** The other file that it extends. */
export function extended(section: unknown): string[] {
  const file = member(section, 'extends', 'file')
  return typeof file === 'string' ? [file] : []
}

/** `extends:` a service of the same file, and what that extends. */
export function basesOf(sections: Readonly<Record<string, unknown>>, name: string): unknown[] {
  const seen = new Set([name])
  for (const each of seen) {
    const base = member(sections[each], 'extends')
    const service = typeof base === 'string' ? base : member(base, 'file') === undefined ? member(base, 'service') : undefined
    if (typeof service === 'string' && Object.hasOwn(sections, service)) seen.add(service)
  }
  return [...seen].slice(1).map((each) => sections[each])
}

/** Names of the services that it waits for. */
export function dependencies(section: unknown): string[] {
  const value = member(section, 'depends_on')
  return isRecord(value) ? Object.keys(value) : textsOf(section, 'depends_on')
}

/** Of these, those that have to end well. */
export function oneShots(section: unknown): string[] {
  const value = member(section, 'depends_on')
  return isRecord(value) ? Object.keys(value).filter((name) => member(value, name, 'condition') === 'service_completed_successfully') : []
}
