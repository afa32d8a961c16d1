import { z } from 'zod'
import type { Host } from '../host/host.ts'

/**
 * What a host is for: a schema of variables, and code that ensures tasks. A role owns its templates and files.
 * Its variables stand in the inventory under its name, `-` written as `_`: `docker_rollout: { version: … }`.
 */
export interface Role<P extends z.ZodType = z.ZodType> {
  readonly kind: 'role'
  readonly name: string
  /** One or two sentences: the head of its page. */
  readonly doc: string
  readonly params: P
  /** `--tags` takes the role's name, and these. */
  readonly tags: readonly string[]
  run(host: Host, params: z.output<P>): Promise<void>
}

/** The name under which a role's variables stand in the inventory. */
export const varName = (role: { readonly name: string }): string => role.name.replaceAll('-', '_')

/**
 * Defines a role.
 *
 * @example
 * ```ts
 * export const motd = defineRole({
 *   name: 'motd',
 *   doc: 'A greeting at login.',
 *   params: z.strictObject({ text: z.string().default('welcome') }),
 *   async run(host, p) {
 *     await host.ensure(file({ path: '/etc/motd', content: `${p.text}\n` }))
 *   },
 * })
 * ```
 */
export function defineRole<P extends z.ZodType>(definition: {
  readonly name: string
  readonly doc: string
  readonly params: P
  readonly tags?: readonly string[]
  run(host: Host, params: z.output<P>): Promise<void>
}): Role<P> {
  return { kind: 'role', tags: [], ...definition }
}

/** A role in a play. Made by {@link use}; the types of its variables are checked there and then forgotten. */
export interface RoleUse {
  readonly role: { readonly name: string; readonly doc: string; readonly tags: readonly string[]; readonly params: z.ZodType }
  /** Values given at the place of use: they win over the inventory, and `-e` wins over them. */
  readonly values: Readonly<Record<string, unknown>>
  readonly when: (host: { readonly name: string; readonly groups: readonly string[] }) => boolean
  run(host: Host, params: unknown): Promise<void>
}

/** Some of a role's variables; one that is undefined counts as not given. */
type Given<T> = { readonly [K in keyof T]?: T[K] | undefined }

/**
 * Uses a role in a play, with the variables of the inventory and these on top.
 *
 * @example use(redis, { memory: '256m' }, { when: (host) => host.groups.includes('cache') })
 */
export function use<P extends z.ZodType>(role: Role<P>, values: Given<z.input<P>> = {}, options: { readonly when?: RoleUse['when'] } = {}): RoleUse {
  return {
    role,
    values: { ...values },
    when: options.when ?? (() => true),
    // The runner parses the variables with this very role's schema before it calls.
    run: (host, params) => role.run(host, params as z.output<P>),
  }
}
