import { z } from 'zod'
import { becomes, change, contentOf, defineFact, defineTask, PlainSecret, refuse, run, Unreadable, Unseen, type Change, type Fact } from '../../engine/index.ts'
import { answered, asking, UNLOGGED } from './password.ts'
import { fits, verifierFor } from './scram.ts'

export const Identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'use lower-case letters, digits and "_"')

/** Why no app can have a database, and a role, of this name. */
export function taken(name: string, own: { readonly user: string; readonly database: string }): string | undefined {
  if (name === own.user) return 'the superuser (`user`) is no role of an app: its password is `password`'
  if (name === own.database) return 'the database of `database` belongs to the superuser'
  return /^(?:postgres|template[01]|public|none|pg_.*)$/.test(name) ? 'PostgreSQL keeps this name to itself' : undefined
}

/** What there is in a server: roles, with what it keeps of their passwords, and databases, with their owners and whether every role may connect. */
interface Standing {
  readonly roles: ReadonlyMap<string, { readonly verifier: string; readonly isSuper: boolean }>
  readonly databases: ReadonlyMap<string, { readonly owner: string; readonly isOpen: boolean }>
}

const ASK = `select 'r', rolname, rolsuper, coalesce(rolpassword, 'none') from pg_authid where rolname !~ '[|\\n]' union all
select 'd', datname, has_database_privilege('public', oid, 'CONNECT'), regexp_replace(pg_get_userbyid(datdba), '[|\\n]', '?', 'g') from pg_database where datname !~ '[|\\n]'`

const standing: (arg: readonly [container: string, role: string]) => Fact<Standing> = defineFact<readonly [string, string], Standing>({
  name: 'postgresDatabases',
  blank: { roles: new Map(), databases: new Map() },
  read: ([container, role]) => asking(container, role, ASK),
  parse: (output) => {
    const lines = answered(output)
    if (lines === undefined) return new Unseen('PostgreSQL does not answer yet: which databases there are is seen when it runs')
    if (lines instanceof Unreadable) return lines
    const roles = new Map<string, { verifier: string; isSuper: boolean }>()
    const databases = new Map<string, { owner: string; isOpen: boolean }>()
    for (const line of lines) {
      const [, kind, name = '', is, of = ''] = /^([rd])\|([^|]+)\|([tf])\|([^|]+)$/.exec(line) ?? []
      if (kind === undefined) return new Unreadable('PostgreSQL tells of its databases what is not understood')
      if (kind === 'r') roles.set(name, { verifier: of, isSuper: is === 't' })
      else databases.set(name, { owner: of, isOpen: is === 't' })
    }
    return { roles, databases }
  },
})

/**
 * A database of its own for an app, and the role that owns it: another app that has the password of its own role cannot reach it. Of what is there
 * nothing is taken away, and a database that belongs to somebody else is refused. Passwords go to the host as PostgreSQL keeps them.
 */
export const postgresDatabase = defineTask({
  name: 'postgres-database',
  doc: 'A database, and the role of the same name that owns it, with this password; no other role but superusers may connect to it.',
  params: z.strictObject({ container: z.string(), user: z.string().describe('a superuser, who does it'), name: Identifier, password: PlainSecret }),
  title: (p) => p.name,
  facts: (p) => ({ now: standing([p.container, p.user]) }),
  plan(p, { now }) {
    const [role, database] = [now.roles.get(p.name), now.databases.get(p.name)]
    if (role?.isSuper) return refuse(`the role ${p.name} is a superuser, who reaches every database`, `choose another name; or, if nobody needs it to be one, say ALTER ROLE "${p.name}" NOSUPERUSER by hand`)
    if (database !== undefined && database.owner !== p.name) return refuse(`the database ${p.name} belongs to ${database.owner}`, `give it to a role of its name by hand: CREATE ROLE, ALTER DATABASE … OWNER TO, and in it REASSIGN OWNED; or choose another name`)
    const changes: Change[] = []
    const psql = (what: string, sql: string, secret = false) => run(['docker', 'exec', '-i', p.container, 'psql', '-wqX', '-v', 'ON_ERROR_STOP=1', '-U', p.user, '-d', 'postgres'], { stdin: { ...contentOf(sql), secret }, timeout: 60, what })
    const isRight = role !== undefined && fits(role.verifier, p.password.reveal())
    const verifier = isRight ? role.verifier : verifierFor(p.name, p.password.reveal(), role?.verifier ?? '')
    const after = (databases: Standing['databases']) => [becomes(standing([p.container, p.user]), { roles: new Map([...now.roles, [p.name, { verifier, isSuper: false }]]), databases })]
    const closed = after(new Map([...now.databases, [p.name, { owner: p.name, isOpen: false }]]))
    const revoke = `REVOKE CONNECT ON DATABASE "${p.name}" FROM PUBLIC;\n`
    if (!isRight) {
      const [summary, words] = role === undefined ? [`create the role ${p.name}`, 'CREATE'] : [`set the password of the role ${p.name}`, 'ALTER']
      changes.push(change(summary, [psql(`${words} ROLE ${p.name}`, `${UNLOGGED}${words} ROLE "${p.name}" LOGIN PASSWORD '${verifier}';\n`, true)], after(now.databases)))
    }
    if (database === undefined) changes.push(change(`create the database ${p.name}`, [psql(`CREATE DATABASE ${p.name}`, `CREATE DATABASE "${p.name}" OWNER "${p.name}";\n${revoke}`)], closed))
    // One that was there before, or a run that was cut off between the two.
    else if (database.isOpen) changes.push(change(`keep others out of the database ${p.name}`, [psql(`REVOKE CONNECT ON DATABASE ${p.name}`, revoke)], closed))
    return changes
  },
})
