import { cron } from '../../../engine/tasks/cron.ts'
import type { HostCase } from '../case.ts'

const at = '/etc/cron.d/hw-job'
const job = () => cron({ name: 'hw-job', schedule: '30 3 * * mon-fri', command: `echo "$(date +%F)" >'/dev/null'`, env: { MAILTO: '' }, user: 'www-data' })

export const cases: readonly HostCase[] = [
  { name: 'cron', task: job, breakBy: [['sh', '-c', 'chmod 0666 "$1"; chown www-data "$1"', 'sh', at]], restore: [['rm', '-f', at]] },
  { name: 'cron, at another time', before: [['sh', '-c', 'echo "@daily root true" >"$1"', 'sh', at]], task: job, breakBy: [['rm', at]], restore: [['rm', '-f', at]] },
  { name: 'no cron job', before: [['touch', at]], task: () => cron({ name: 'hw-job', state: 'absent' }), breakBy: [['touch', at]] },
]
