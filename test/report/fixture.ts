import type { Event, Mode, Recap, Reporter, Stamped } from '../../engine/report/event.ts'
import type { Out } from '../../engine/report/sink.ts'
import { Tally } from '../../engine/report/tally.ts'
import { unifiedDiff } from '../../engine/values/text-diff.ts'

/** A run in which everything happens once. */
export function everything(mode: Mode = 'apply'): Stamped[] {
  const web = { host: 'lab1', role: 'web' } as const
  const env = '/opt/services/postgres/.env'
  const events: Event[] = [
    { type: 'run', playbook: 'deploy', mode, inventory: ['lab'], hosts: ['lab1', 'lab2', 'db-primary', 'lab4', 'lab5'], version: '0.1.0' },
    { type: 'warning', message: 'inventory/lab/hosts.yml: group "old" has no hosts' },
    { type: 'connected', host: 'lab1', target: 'root@10.0.0.1:22', ms: 120 },
    { type: 'connected', host: 'lab2', target: 'root@10.0.0.2:22', ms: 131 },
    { type: 'connected', host: 'db-primary', target: 'root@10.0.0.3:22', ms: 140 },
    { type: 'unreachable', host: 'lab4', reason: 'refused', message: '10.0.0.4:22 refuses the connection', hint: 'is sshd running there?' },
    { type: 'play', play: 'services', hosts: ['lab1', 'lab2', 'db-primary'] },
    { type: 'role', host: 'lab1', role: 'postgres' },
    { type: 'role', host: 'lab2', role: 'postgres' },
    { type: 'role', host: 'db-primary', role: 'postgres' },
    { type: 'task', host: 'lab1', role: 'postgres', task: 'directory /data/postgres', status: 'ok', changes: [], ms: 12 },
    { type: 'change', host: 'lab1', role: 'postgres', task: `file ${env}`, change: `create ${env}` },
    {
      type: 'task', host: 'lab1', role: 'postgres', task: `file ${env}`, status: 'changed', changes: [`create ${env}`, `chown 999:999 ${env}`], ms: 48,
      diffs: [{ name: '/opt/services/postgres/docker-compose.yml', text: unifiedDiff('/opt/services/postgres/docker-compose.yml', 'a\nold\nb\n', 'a\nnew\nb') }, { name: env, text: 'the content is secret and not shown' }],
    },
    { type: 'task', host: 'lab2', role: 'postgres', task: 'user postgres', status: 'skipped', changes: [], ms: 0, why: 'tag "users" was not asked for' },
    { type: 'change', host: 'lab2', role: 'postgres', task: 'compose /opt/services/postgres', change: 'start postgres' },
    { type: 'output', host: 'lab2', task: 'compose /opt/services/postgres', stream: 'stderr', text: 'Container postgres Starting\nContainer postgres Error\n' },
    { type: 'task', host: 'lab2', role: 'postgres', task: 'compose /opt/services/postgres', status: 'failed', changes: [], ms: 60_400 },
    {
      type: 'failure', host: 'lab2', role: 'postgres', task: 'compose /opt/services/postgres', reason: 'command', message: 'docker compose up ended with status 1',
      place: { file: 'roles/postgres/role.ts', line: 41, column: 7, length: 14, text: '      composeProject({ directory })' },
      output: 'FATAL: password authentication failed\nContainer postgres Error\n',
      stands: `done: create ${env}\nnot started: note postgres`,
      hint: 'read `docker compose logs postgres` on the host',
    },
    { type: 'host-done', host: 'lab2', play: 'services', ok: false },
    { type: 'note', host: 'lab1', role: 'postgres', text: 'postgres is healthy' },
    { type: 'safeguard', host: 'lab1', role: 'web', safeguard: 'safeguard /etc/ssh', status: 'armed', message: 'the host puts back what changes from here on, in 60 s, unless a new connection works' },
    { type: 'safeguard', host: 'lab1', role: 'web', safeguard: 'safeguard /etc/ssh', status: 'not-put-back', message: 'NOT PUT BACK: it went wrong at 2025-01-02T03:04:19Z' },
    { type: 'task', ...web, task: 'command migrate', status: 'failed', changes: [], ms: 900 },
    { type: 'failure', ...web, task: 'command migrate', reason: 'timeout', message: 'it did not end in time and was stopped' },
    { type: 'rescued', ...web, task: 'command migrate' },
    { type: 'host-done', host: 'lab1', play: 'services', ok: true },
    { type: 'task', host: 'db-primary', role: 'postgres', task: 'packages', status: 'unknown', changes: ['install postgresql-client'], ms: 3100, why: 'no answer' },
    ...(mode === 'apply'
      ? [
          { type: 'failure', host: 'db-primary', role: 'postgres', task: 'packages', reason: 'lost', message: 'the line was lost while this was done: no answer', stands: 'not known: it may be done', hint: 'run again when the host answers' } as const,
          { type: 'unreachable', host: 'db-primary', reason: 'lost', message: 'no answer for 30 s' } as const,
        ]
      : []),
    { type: 'plan', file: 'infra.plan', status: 'as-planned', message: 'all is as it was planned', differences: [] },
    { type: 'play-stopped', play: 'app', message: '3 of 5 hosts failed or cannot be reached; the limit is 3', notStarted: ['lab5'] },
    { type: 'failure', host: 'lab1', role: 'app', task: 'app', reason: 'stopped', message: 'the play was given up because of other hosts' },
    { type: 'interrupted', signal: 'SIGINT' },
    { type: 'bug', message: 'a task failed that was not sent', stack: 'Error: a task failed that was not sent\n    at act (converge.ts:1:1)' },
  ]
  return stamped([...events, recapOf(events, mode, 64_200)])
}

export function recapOf(events: readonly Event[], mode: Mode, ms: number, more: { readonly detailedExitcode?: boolean; readonly unfinished?: readonly string[] } = {}): Recap {
  const tally = new Tally()
  for (const event of events) tally.add(event)
  return tally.recap(mode, ms, {
    detailedExitcode: false,
    ...more,
    traffic: new Map([
      ['lab1', { roundTrips: 3, bytesSent: 4096 }],
      ['lab2', { roundTrips: 12, bytesSent: 1_500_000 }],
    ]),
  })
}

/** A second apart, from a fixed time on. */
export function stamped(events: readonly Event[]): Stamped[] {
  return events.map((event, n) => ({ ...event, at: new Date(Date.UTC(2025, 0, 2, 3, 4, n)).toISOString() }))
}

/** An `Out` that keeps what is written. */
export function paper(more: { readonly isTTY?: boolean; readonly columns?: number } = {}): Out & { readonly text: string } {
  let text = ''
  return {
    write: (more) => void (text += more),
    isTTY: more.isTTY ?? false,
    columns: more.columns ?? 100,
    flush: async () => {},
    get text() {
      return text
    },
  }
}

export async function tell(reporter: Reporter, events: readonly Stamped[]): Promise<void> {
  for (const event of events) reporter.report(event)
  await reporter.end()
}
