import { fileURLToPath } from 'node:url'
import { absent, directory, facts, file, packages, quote, sourceFile, type Host } from '../../engine/index.ts'
import { logged } from '../shared/logged.ts'
import type { AppParams } from './params.ts'

const SCRIPT = fileURLToPath(new URL('job.sh', import.meta.url))
const OURS = 'Written by hostwright (roles/app)'
/** Cron reads no longer line, and says nothing of it. */
const LONGEST = 998

/** One file of cron an app: what is in it are all its jobs. */
const cronOf = (name: string): string => `/etc/cron.d/app-${name}`
const scriptOf = (directory: string): string => `${directory}/job.sh`

/**
 * When cron runs the jobs of an app. What they are stands in its project file, and so belongs to a version; when they run is the operator's, and stays
 * when an older version comes back. A file of that name that somebody else wrote is not touched.
 */
export async function ensureJobs(host: Host, p: Pick<AppParams, 'name' | 'jobs'>, at: string): Promise<void> {
  const jobs = Object.entries(p.jobs)
  if (jobs.length === 0) return withoutJobs(host, p.name, at)
  const [script, cron] = [scriptOf(at), cronOf(p.name)]
  for (const path of [script, cron])
    if ((await whose(host, path)) === 'another') host.fail(`${path} stands there, and is not ours: it would be overwritten`, 'move it away, or give the app another name')
  // Cron makes a line end of "%".
  const lines = jobs.map(([name, { schedule, timeout }]) => `${schedule} root ${logged(`sh ${quote(script)} ${name} ${timeout.slice(0, -1)}`, `${p.name}-${name}`)}`.replaceAll('%', '\\%'))
  if (lines.some((line) => Buffer.byteLength(line) > LONGEST)) host.fail(`a line of ${cron} would be longer than the ${LONGEST} bytes that cron reads`, 'a shorter path of the apps (app.apps), or a shorter name')
  const content = `# The jobs of ${p.name}. ${OURS}. What they said: journalctl -t ${p.name}-${jobs[0]?.[0] ?? ''}\n${lines.join('\n')}\n`
  await host.ensure(
    packages({ names: ['cron'] }), directory({ path: '/etc/cron.d' }), file({ path: script, content: sourceFile(SCRIPT), mode: '0644' }),
    // Cron ignores, without a word, what anybody but root owns.
    file({ path: cron, content, mode: '0644', owner: '0', group: '0' }),
  )
}

/** Cron calls none of them any more. */
export async function withoutJobs(host: Host, name: string, at: string): Promise<void> {
  const ours = []
  for (const path of [cronOf(name), scriptOf(at)]) if ((await whose(host, path)) === 'ours') ours.push(absent({ path }))
  if (ours.length > 0) await host.ensure(...ours)
}

/** Names of the jobs that cron calls. */
export async function jobsOf(host: Host, name: string): Promise<string[]> {
  const known = await host.read(facts.text(cronOf(name)))
  return known?.kind === 'bytes' && known.bytes.includes(OURS) ? [...known.bytes.toString().matchAll(/job\.sh'? (\S+) \d+ /g)].map(([, job = '']) => job) : []
}

async function whose(host: Host, path: string): Promise<'nobody' | 'ours' | 'another'> {
  const known = await host.read(facts.text(path))
  if (known?.kind === 'bytes') return known.bytes.includes(OURS) ? 'ours' : 'another'
  return known === undefined || known.kind === 'absent' ? 'nobody' : 'another'
}
