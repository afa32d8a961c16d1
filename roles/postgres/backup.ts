import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { absent, cron, directory, facts, file, packages, quote, RemotePath, Schedule, type Host } from '../../engine/index.ts'
import { logged } from '../shared/logged.ts'

/** When backups are taken, and how many stay. */
export const Backup = z.strictObject({
  schedule: Schedule.describe('"30 2 * * *", in the time of the host; or @daily, @hourly …'),
  keep: z.int().min(1).max(10_000).default(7).describe('how many stay; an older one goes when a new one is whole'),
  directory: RemotePath.prefault('/data/postgres-backup'),
  timeout: z.string().regex(/^[1-9]\d*s$/, 'seconds, such as "3600s"').default('21600s').describe('how long a database may take'),
})

interface Params {
  readonly directory: string
  readonly user: string
  readonly backup?: z.output<typeof Backup> | undefined
}

/** Backups of all databases as cron says, and the two scripts that take one and bring one back. Tells when the last one failed. */
export async function ensureBackup(host: Host, { directory: at, user, backup }: Params): Promise<void> {
  const [take, bring] = [`${at}/backup.sh`, `${at}/restore.sh`]
  if (backup === undefined) return void (await host.ensure(cron({ name: JOB, state: 'absent' }), absent({ path: take }), absent({ path: bring })))
  const settings = `# Written by hostwright (roles/postgres).\nBACKUPS=${quote(backup.directory)} KEEP=${backup.keep} LIMIT=${backup.timeout.slice(0, -1)} ROLE=${quote(user)}\n`
  await host.ensure(
    packages({ names: ['cron'] }),
    directory({ path: backup.directory, mode: '0700' }),
    file({ path: take, content: settings + script('backup.sh'), mode: '0644' }),
    file({ path: bring, content: settings + script('restore.sh'), mode: '0644' }),
    cron({ name: JOB, schedule: backup.schedule, command: logged(`sh ${quote(take)}`, JOB) }),
  )
  const failed = await host.read(facts.text(`${backup.directory}/failed`))
  if (failed?.kind === 'bytes') host.note(`the last backup of PostgreSQL failed: ${failed.bytes.toString().trim().slice(0, 300)}; journalctl -t ${JOB} tells more, and by hand it is sh ${take}`)
}

const JOB = 'postgres-backup'

const script = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8')
