import { z } from 'zod'
import { becomes, change, contentOf, defineFact, defineTask, PlainSecret, quote, refuse, run, Unreadable, Unseen, type Change, type Fact } from '../../engine/index.ts'
import { fits, verifierFor } from './scram.ts'

export const Identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'use lower-case letters, digits and "_"')

/** What there is in a server: what it keeps of the passwords of roles, and who owns databases. */
interface Standing {
  readonly roles: ReadonlyMap<string, string>
  readonly databases: ReadonlyMap<string, string>
}

const ASK = `select 'r', rolname, coalesce(rolpassword, 'none') from pg_authid where rolname !~ '[|\\n]' union all select 'd', datname, pg_get_userbyid(datdba) from pg_database where datname !~ '[|\\n]'`

const standing: (arg: readonly [container: string, role: string]) => Fact<Standing> = defineFact<readonly [string, string], Standing>({
  name: 'postgresDatabases',
  blank: { roles: new Map(), databases: new Map() },
  read: ([container, role]) => `
[ -n "$(docker ps -q --filter name=${quote(`^${container}$`)} 2>/dev/null)" ] && docker exec ${quote(container)} pg_isready -q -h 127.0.0.1 || exit 0
echo ready; docker exec ${quote(container)} psql -wqtAX -U ${quote(role)} -d postgres -c ${quote(ASK)} 2>&1`,
  parse: (output) => {
    const [ready, ...lines] = output.toString().trim().split('\n')
    if (ready !== 'ready') return new Unseen('PostgreSQL does not answer yet: which databases there are is seen when it runs')
    const [roles, databases] = [new Map<string, string>(), new Map<string, string>()]
    for (const line of lines) {
      const [, kind, name = '', of = ''] = /^([rd])\|([^|]+)\|([^|]+)$/.exec(line) ?? []
      if (kind === undefined) return new Unreadable(`PostgreSQL does not tell its databases: ${line.slice(0, 200)}`)
      ;(kind === 'r' ? roles : databases).set(name, of)
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
    const [kept, owner] = [now.roles.get(p.name), now.databases.get(p.name)]
    if (owner !== undefined && owner !== p.name) return refuse(`the database ${p.name} belongs to ${owner}`, `give it to a role of its name by hand: CREATE ROLE, ALTER DATABASE … OWNER TO, and in it REASSIGN OWNED; or choose another name`)
    const changes: Change[] = []
    const psql = (what: string, sql: string, secret = false) => run(['docker', 'exec', '-i', p.container, 'psql', '-wqX', '-v', 'ON_ERROR_STOP=1', '-U', p.user, '-d', 'postgres'], { stdin: { ...contentOf(sql), secret }, timeout: 60, what })
    const isRight = kept !== undefined && fits(kept, p.password.reveal())
    const verifier = isRight ? kept : verifierFor(p.name, p.password.reveal(), kept ?? '')
    const after = (databases: Standing['databases']) => [becomes(standing([p.container, p.user]), { roles: new Map([...now.roles, [p.name, verifier]]), databases })]
    if (!isRight) {
      const [summary, words] = kept === undefined ? [`create the role ${p.name}`, 'CREATE'] : [`set the password of the role ${p.name}`, 'ALTER']
      changes.push(change(summary, [psql(`${words} ROLE ${p.name}`, `${words} ROLE "${p.name}" LOGIN PASSWORD '${verifier}';\n`, true)], after(now.databases)))
    }
    if (owner === undefined) {
      const sql = `CREATE DATABASE "${p.name}" OWNER "${p.name}";\nREVOKE CONNECT ON DATABASE "${p.name}" FROM PUBLIC;\n`
      changes.push(change(`create the database ${p.name}`, [psql(`CREATE DATABASE ${p.name}`, sql)], after(new Map([...now.databases, [p.name, p.name]]))))
    }
    return changes
  },
})
