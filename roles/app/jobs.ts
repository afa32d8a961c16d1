import { fileURLToPath } from 'node:url'
import { absent, directory, file, packages, quote, sourceFile, type Host } from '../../engine/index.ts'
import { logged } from '../shared/logged.ts'
import type { AppParams } from './params.ts'

const SCRIPT = fileURLToPath(new URL('job.sh', import.meta.url))

/** One file of cron an app: what is in it are all its jobs. */
export const cronOf = (name: string): string => `/etc/cron.d/app-${name}`

/**
 * When cron runs the jobs of an app. What they are stands in its project file, and so belongs to a version; when they run is the operator's, and stays
 * when an older version comes back.
 */
export async function ensureJobs(host: Host, p: Pick<AppParams, 'name' | 'jobs'>, at: string): Promise<void> {
  const jobs = Object.entries(p.jobs)
  const script = `${at}/job.sh`
  if (jobs.length === 0) return void (await host.ensure(absent({ path: cronOf(p.name) }), absent({ path: script })))
  // Cron makes a line end of "%".
  const lines = jobs.map(([name, { schedule, timeout }]) => `${schedule} root ${logged(`sh ${quote(script)} ${name} ${timeout.slice(0, -1)}`, `${p.name}-${name}`)}\n`.replaceAll('%', '\\%'))
  const content = `# The jobs of ${p.name}. Written by hostwright (roles/app). What they said: journalctl -t ${p.name}-${jobs[0]?.[0] ?? ''}\n${lines.join('')}`
  await host.ensure(packages({ names: ['cron'] }), directory({ path: '/etc/cron.d' }), file({ path: script, content: sourceFile(SCRIPT), mode: '0644' }), file({ path: cronOf(p.name), content, mode: '0644' }))
}
