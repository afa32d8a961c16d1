import { z } from 'zod'
import { becomes, change, contentOf, defineFact, defineTask, PlainSecret, quote, run, Unreadable, Unseen, type Fact } from '../../engine/index.ts'
import { fits, verifierFor } from './scram.ts'

/** What psql is asked as a superuser, after "ready"; nothing where PostgreSQL does not answer. What it says beside its answer (a warning on connect) counts only where it failed. */
export const asking = (container: string, role: string, sql: string): string => `
[ -n "$(docker ps -q --filter name=${quote(`^${container}$`)} 2>/dev/null)" ] && docker exec ${quote(container)} pg_isready -q -h 127.0.0.1 || exit 0
echo ready
{ said=$(docker exec ${quote(container)} psql -wqtAX -U ${quote(role)} -d postgres -c ${quote(sql)} 2>&1 >&3 3>&-) || printf '\\nfailed\\n%s\\n' "$said"; } 3>&1`

/** The lines of the answer; undefined where there is none. Of what cannot be read nothing is quoted that may hold what PostgreSQL keeps of a password. */
export function answered(output: Buffer): readonly string[] | Unreadable | undefined {
  const [ready, ...lines] = output.toString().trim().split('\n')
  if (ready !== 'ready') return undefined
  const failed = lines.indexOf('failed')
  if (failed === -1) return lines
  return new Unreadable(`PostgreSQL does not tell about its roles: ${lines.slice(failed + 1).filter((line) => !/SCRAM-|md5/.test(line)).join(' ').slice(0, 200)}`)
}

/** Before a statement with a verifier in it: a server writes one that fails into its log, and where it is told to one that does not. */
export const UNLOGGED = "SET log_min_error_statement = panic;\nSET log_statement = 'none';\nSET log_min_duration_statement = -1;\n"

/**
 * What PostgreSQL keeps of a role's password: "SCRAM-SHA-256$4096:salt$stored:server", from which the password cannot be read. '' where it
 * does not answer. What was asked once is known for the rest of a run: to ask when it was just brought up (`up`) is another question, and then
 * it is expected to answer.
 */
const verifierOf: (arg: readonly [container: string, role: string, when: 'now' | 'up']) => Fact<string> = defineFact<readonly [string, string, 'now' | 'up'], string>({
  name: 'postgresVerifier',
  blank: '',
  read: ([container, role]) => asking(container, role, `select coalesce(rolpassword, 'none') from pg_authid where rolname = '${role}'`),
  parse: (output, [, , when]) => {
    const lines = answered(output)
    if (lines === undefined) return when === 'now' ? '' : new Unseen('PostgreSQL does not answer yet: what password its data have is seen when it runs')
    if (lines instanceof Unreadable) return lines
    const [verifier = '', ...more] = lines
    return more.length === 0 && /^(?:SCRAM-SHA-256\$|md5|none$)/.test(verifier) ? verifier : new Unreadable('PostgreSQL tells of its role what is not understood')
  },
})

/**
 * The password of a role is the wished one, in the database itself: `POSTGRES_PASSWORD` counts only while the data are first made. It stands
 * before the new `.env` is written, so that a database which refuses it leaves everything as it was. The password never goes to the host by
 * this way: only what PostgreSQL keeps of it does. Where there are data and the server does not answer, it has to be asked once more (`up`) when
 * it was brought up: without data the image takes the password out of `.env`. Its state is whether the server answered.
 */
export const postgresPassword = defineTask({
  name: 'postgres-password',
  doc: 'The password of a role in the running database is the wished one.',
  params: z.strictObject({ container: z.string(), role: z.string(), password: PlainSecret, when: z.enum(['now', 'up']).default('now') }),
  title: (p) => `of ${p.role}`,
  facts: (p) => ({ now: verifierOf([p.container, p.role, p.when]) }),
  plan(p, { now }) {
    if (now === '' || fits(now, p.password.reveal())) return []
    const verifier = verifierFor(p.role, p.password.reveal(), now)
    const sql = `${UNLOGGED}ALTER ROLE "${p.role}" PASSWORD '${verifier}';\n`
    const argv = ['docker', 'exec', '-i', p.container, 'psql', '-wqX', '-v', 'ON_ERROR_STOP=1', '-U', p.role, '-d', 'postgres']
    return [change(`set the password of the role ${p.role}`, [run(argv, { stdin: { ...contentOf(sql), secret: true }, timeout: 30, what: `ALTER ROLE ${p.role}` })], [becomes(verifierOf([p.container, p.role, p.when]), verifier)])]
  },
  state: (_, { now }) => now !== '',
})
