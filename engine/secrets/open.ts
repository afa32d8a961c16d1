import { err, type Result } from '../values/result.ts'
import { unreachable } from '../values/unreachable.ts'
import { secretNameProblem } from './names.ts'
import type { StoreSettings } from './settings.ts'
import type { SecretStore, StoreError } from './store.ts'

/** Where a store is opened from. */
export interface Here {
  /** For the key of age, the environment as a store, and commands. The AWS SDK reads the environment of the process by itself. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where commands run. */
  readonly cwd: string
}

/**
 * Makes a store out of its settings; nothing is read or asked yet. What a kind of store needs is loaded only when it is used. Names are checked
 * before a store sees them.
 *
 * @example
 * const store = await openStore(StoreSettings.parse({ store: 'ssm', prefix: '/production' }), { env: process.env, cwd: process.cwd() })
 * const got = await store.get(['postgres/.env'])
 */
export async function openStore(settings: StoreSettings, here: Here): Promise<SecretStore> {
  return checked(await made(settings, here))
}

async function made(settings: StoreSettings, { env, cwd }: Here): Promise<SecretStore> {
  switch (settings.store) {
    case 'ssm':
      return (await import('./ssm.ts')).ssmStore(settings)
    case 'age':
      return (await import('./age.ts')).ageStore({ ...settings, env })
    case 'files':
      return (await import('./files.ts')).filesStore(settings)
    case 'environment':
      return (await import('./environment.ts')).environmentStore(settings, env)
    case 'command':
      return (await import('./command.ts')).commandStore(settings, { env, cwd })
    default:
      return unreachable(settings)
  }
}

/** The same store, which sees good names only, and each once. */
function checked(store: SecretStore): SecretStore {
  const unfit = (names: readonly string[]): Result<never, StoreError> | undefined => {
    const wrong = names.flatMap((name) => [secretNameProblem(name) ?? []].flat().map((problem) => `"${name.slice(0, 80)}": ${problem}`))
    return wrong.length === 0 ? undefined : err({ reason: 'settings', message: `${store.title}: this cannot name a secret: ${wrong.join('; ')}` })
  }
  return {
    title: store.title,
    get: async (names) => unfit(names) ?? store.get([...new Set(names)]),
    list: async (prefix) => (prefix === undefined || prefix === '' ? undefined : unfit([prefix.replace(/\/$/, '')])) ?? store.list(prefix),
    put: async (name, value) => unfit([name]) ?? store.put(name, value),
  }
}
