import { service } from '../../../engine/tasks/service.ts'
import type { HostCase } from '../case.ts'

const up = [['update-rc.d', 'cron', 'enable'], ['sh', '-c', 'service cron status >/dev/null || service cron start'], ['rm', '-rf', '/var/lib/hostwright/stamps']]

export const cases: readonly HostCase[] = [
  { name: 'service that runs and is enabled', before: [['service', 'cron', 'stop']], task: () => service({ name: 'cron', state: 'running', enabled: true }), breakBy: [['service', 'cron', 'stop'], ['update-rc.d', 'cron', 'disable']], restore: up },
  { name: 'service that does not', task: () => service({ name: 'cron', state: 'stopped', enabled: false }), breakBy: [['service', 'cron', 'start'], ['update-rc.d', 'cron', 'enable']], restore: up },
  {
    name: 'service that runs with this configuration',
    task: () => service({ name: 'cron', state: 'running', restartOn: ['first', 'second'] }),
    breakBy: [['sh', '-c', 'echo other >/var/lib/hostwright/stamps/cron.restart']],
    restore: up,
  },
]
