import { err, ok } from '../values/result.ts'
import { Secret } from '../values/secret.ts'
import type { EnvironmentSettings } from './settings.ts'
import { snapshotOf } from './snapshot.ts'
import { UNVERSIONED, type SecretStore, type StoredSecret } from './store.ts'

/**
 * The environment that the run was started with, as CI gives secrets: "shop/DATABASE_URL" is the variable `SHOP_DATABASE_URL`, after the prefix.
 *
 * @param env whose environment it is.
 */
export function environmentStore({ prefix = '' }: Pick<EnvironmentSettings, 'prefix'>, env: Readonly<Record<string, string | undefined>>): SecretStore {
  const title = prefix === '' ? 'the environment' : `the environment (${prefix}…)`
  const variableOf = (name: string): string => `${prefix}${name.replace(/[^A-Za-z0-9_]/g, '_').toUpperCase()}`
  const read = (variable: string): StoredSecret | undefined => {
    const value = env[variable]
    return value === undefined ? undefined : { value: new Secret(value), version: UNVERSIONED }
  }

  return {
    title,
    get(names) {
      const variables = new Map<string, string>()
      const found = new Map<string, StoredSecret>()
      for (const name of names) {
        const variable = variableOf(name)
        const other = variables.get(variable)
        if (other !== undefined) return Promise.resolve(err({ reason: 'conflict', message: `${title}: ${other} and ${name} are the same variable, ${variable}`, hint: 'rename one of them' }))
        variables.set(variable, name)
        const one = read(variable)
        if (one) found.set(name, one)
      }
      return Promise.resolve(ok(snapshotOf(names, found)))
    },
    list(below = '') {
      const start = variableOf(below)
      if (start === '') return Promise.resolve(err({ reason: 'unsupported', message: `${title}: which variables are secrets cannot be known`, hint: 'give the store a `prefix`' }))
      const names = Object.keys(env).filter((variable) => variable.startsWith(start) && variable.length > start.length)
      return Promise.resolve(ok(new Map(names.flatMap((variable) => [read(variable) ?? []].flat().map((one): [string, StoredSecret] => [`${below}${variable.slice(start.length)}`, one])))))
    },
    put: () => Promise.resolve(err({ reason: 'unsupported', message: `${title}: it is read only`, hint: 'set the variable where the run is started' })),
  }
}
