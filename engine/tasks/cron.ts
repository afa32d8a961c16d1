import { z } from 'zod'
import { user } from '../facts/accounts.ts'
import { becomes } from '../facts/fact.ts'
import { arriving } from '../facts/packages.ts'
import { path } from '../facts/path.ts'
import { contentOf } from '../values/content.ts'
import { Line } from '../values/schema.ts'
import { change, refuse, type Change } from './change.ts'
import { AccountName } from './group.ts'
import { fresh } from './ownership.ts'
import { contentEffects, rewriteFacts } from './rewrite.ts'
import { Schedule } from './schedule.ts'
import { defineTask } from './task.ts'

/** What cron reads of a command, or of a line of the environment: 1000 bytes with the one that ends it, and a command that fills them counts as too long. */
const LONGEST = 998

/**
 * A job of cron, as a file of its own below /etc/cron.d: nothing that others wrote is touched.
 *
 * @example cron({ name: 'backup', schedule: '30 3 * * *', command: '/usr/local/bin/backup --keep 7', env: { MAILTO: 'ops@example.org' } })
 */
export const cron = defineTask({
  name: 'cron',
  doc: 'A job runs by this schedule, as this user: the file /etc/cron.d/NAME, or with state absent no such file.',
  params: z
    .strictObject({
      name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'cron reads only files named with letters, digits, "_" and "-": a name with a dot is never run'),
      schedule: Schedule.optional().describe('"30 3 * * *", or @daily, @hourly, @reboot …'),
      command: Line.min(1).optional().describe('read by sh -c, as written here: the "%" that is special to cron is escaped; 998 bytes at most'),
      user: AccountName.default('root').describe('whom it runs as'),
      env: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), Line.refine((value) => !(value.includes('"') && value.includes("'")), 'cron knows no value with both kinds of quotes'))
        .default({})
        .describe('set for the job: PATH (cron gives /usr/bin:/bin only), MAILTO, SHELL …'),
      state: z.enum(['present', 'absent']).default('present'),
    })
    .refine((p) => p.state === 'absent' || (p.schedule !== undefined && p.command !== undefined), 'give a `schedule` and a `command`')
    .refine((p) => Buffer.byteLength(escaped(p.command)) <= LONGEST, `cron takes a command of ${LONGEST} bytes, with a "\\" before each "%", and runs no longer one: put it into a script (file({ …, mode: '0755' })) and give its path`)
    .refine((p) => envLines(p.env).every((line) => Buffer.byteLength(line) <= LONGEST), `cron takes ${LONGEST} bytes a line NAME="VALUE" of the environment, and cuts a longer one off: set it in a script`),
  title: (p) => p.name,
  facts: (p) => ({ ...rewriteFacts(fileOf(p)), account: user(p.user), arriving: arriving('packages') }),
  plan(p, { now, digest, parent, account, arriving: { names } }) {
    const file = fileOf(p)
    if (p.state === 'absent') return now.kind === 'absent' ? [] : [change(`remove ${file}`, ['rm', '-f', '--', file], [becomes(path(file), { kind: 'absent' })])]
    if (parent.kind === 'absent' && names.length === 0) return refuse('there is no /etc/cron.d on this host', "install cron first: packages({ names: ['cron'] })")
    if (now.kind !== 'absent' && now.kind !== 'file') return refuse(`${file} is no regular file: cron does not read it`)
    if (account.kind === 'absent') return refuse(`there is no user "${p.user}"`, `create it first: user({ name: '${p.user}' })`)

    const content = contentOf(textOf(p))
    // Cron ignores, without a word, a file that anybody but root owns or may write.
    const inode = { ...fresh('0644', content.size), kind: 'file' as const }
    if (now.kind === 'absent' || digest !== content.digest)
      return [change(`${now.kind === 'file' ? 'write' : 'create'} ${file}`, [{ kind: 'write', path: file, content, mode: '0644', owner: '0:0' }], [becomes(path(file), inode), ...contentEffects(file, content)])]
    const changes: Change[] = []
    if (now.uid !== 0 || now.gid !== 0) changes.push(change(`chown 0:0 ${file}`, ['chown', '-h', '--', '0:0', file], [becomes(path(file), { ...inode, mode: now.mode })]))
    if (now.mode !== '0644') changes.push(change(`chmod 0644 ${file}`, ['chmod', '--', '0644', file], [becomes(path(file), inode)]))
    return changes
  },
  state: (_, { now }) => now,
})

const fileOf = (p: { name: string }) => `/etc/cron.d/${p.name}`

function textOf(p: { schedule?: string | undefined; command?: string | undefined; user: string; env: Readonly<Record<string, string>> }): string {
  const env = envLines(p.env).map((line) => `${line}\n`)
  return `# Written by hostwright; changes here are lost.\n${env.join('')}${p.schedule ?? ''} ${p.user} ${escaped(p.command)}\n`
}

const escaped = (command = '') => command.replace(/(?<!\\)%/g, '\\%')

const envLines = (env: Readonly<Record<string, string>>) => Object.entries(env).map(([name, value]) => `${name}=${value.includes('"') ? `'${value}'` : `"${value}"`}`)
