import { created } from '../../../engine/tasks/created.ts'
import type { HostCase } from '../case.ts'

export const cases: readonly HostCase[] = [
  {
    name: 'created by a command',
    task: () => created({ path: '/srv/hw-key', by: ['sh', '-c', 'umask 077; head -c 16 /dev/urandom >"$1"', 'sh', '/srv/hw-key'] }),
    breakBy: [['rm', '/srv/hw-key']],
    restore: [['rm', '-f', '/srv/hw-key']],
  },
]
