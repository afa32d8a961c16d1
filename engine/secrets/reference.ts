import { err, ok, type Result } from '../values/result.ts'
import { secretNameProblem } from './names.ts'

const BRAND = Symbol.for('hostwright.secret-reference')

/**
 * Stands in an inventory where a secret will be: what it is called in the store, never what it is. Two of them are the same when their texts are.
 *
 *     value     !secret shop/API_KEY              the secret of that name
 *     key       !secret postgres/.env#PASSWORD    one key of a secret that is a whole .env
 *     below     !secrets shop/                    a map: every secret directly below
 *     document  !secrets shop/.env                a map: every key of a secret that is a whole .env
 */
export class SecretReference {
  readonly form: 'value' | 'key' | 'below' | 'document'
  /** As a store knows it: "postgres/.env", or the prefix "shop/". */
  readonly name: string
  readonly key: string

  constructor(form: SecretReference['form'], name: string, key = '') {
    this.form = form
    this.name = name
    this.key = key
  }

  /** An inventory may lie in a package of its own, with its own copy of this module. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }
  readonly [BRAND] = true

  toString(): string {
    return `${this.form === 'value' || this.form === 'key' ? '!secret' : '!secrets'} ${this.name}${this.key === '' ? '' : `#${this.key}`}`
  }
}

/** Reads what stands after `!secret` or `!secrets`; the error says what is wrong with it. */
export function parseReference(tag: 'secret' | 'secrets', text: string): Result<SecretReference, string> {
  const [name = '', key, ...more] = text.split('#')
  const below = tag === 'secrets' && name.endsWith('/')
  const problem = (tag === 'secret' && key === undefined && name.endsWith('/') ? `all secrets below it are !secrets ${name}` : secretNameProblem(below ? name.slice(0, -1) : name)) ?? keyProblem(tag, key, more)
  if (problem !== undefined) return err(`"${text.slice(0, 80)}" cannot name ${tag === 'secret' ? 'a secret' : 'secrets'}: ${problem}`)
  if (tag === 'secret') return ok(key === undefined ? new SecretReference('value', name) : new SecretReference('key', name, key))
  return ok(new SecretReference(below ? 'below' : 'document', name))
}

function keyProblem(tag: 'secret' | 'secrets', key: string | undefined, more: readonly string[]): string | undefined {
  if (key === undefined) return undefined
  if (tag === 'secrets') return 'one key of a document is !secret NAME#KEY'
  return more.length === 0 && /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? undefined : 'after "#" stands a key of the document: letters, digits and "_"'
}

/**
 * A secret out of the inventory's secret store, for inventories in TypeScript: what `!secret` is in YAML. Asked for once a run, before any host is
 * contacted.
 *
 * @param name "shop/API_KEY", or "postgres/.env#POSTGRES_PASSWORD" for one key of a secret that is a whole .env.
 * @throws Error when it cannot name a secret.
 * @example export default { all: { vars: { redis: { password: secret('redis/PASSWORD') } } } }
 */
export const secret = (name: string): SecretReference => thrown(parseReference('secret', name))

/**
 * A map of secrets: every one directly below a prefix ("shop/"), or every key of one that is a whole .env ("shop/.env"). What `!secrets` is in YAML.
 *
 * @throws Error when it cannot name secrets.
 * @example export default { all: { vars: { app: { secrets: secrets('shop/') } } } }
 */
export const secrets = (name: string): SecretReference => thrown(parseReference('secrets', name))

function thrown(parsed: Result<SecretReference, string>): SecretReference {
  if (parsed.ok) return parsed.value
  throw new Error(parsed.error)
}
