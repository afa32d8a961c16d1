import { file } from '../../../engine/tasks/file.ts'
import type { HostCase } from '../case.ts'

export const cases: readonly HostCase[] = [
  {
    name: 'file with owner and mode',
    task: () => file({ path: '/srv/hw file', content: `it's "so" $(id) \\n\n`, mode: '0640', owner: 'www-data', group: 'root' }),
    breakBy: [['sh', '-c', 'echo other >"/srv/hw file"']],
    restore: [['rm', '-f', '/srv/hw file']],
  },
  {
    name: 'file of bytes, larger than what travels in the script',
    task: () => file({ path: '/srv/hw-bytes', content: Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7919) & 0xff) }),
    breakBy: [['truncate', '-s', '199999', '/srv/hw-bytes']],
    restore: [['rm', '-f', '/srv/hw-bytes']],
  },
  {
    name: 'file, of which only the owner and the mode differ',
    before: [['sh', '-c', 'printf x >/srv/hw-owner']],
    task: () => file({ path: '/srv/hw-owner', content: 'x', mode: '4750', owner: 'www-data' }),
    breakBy: [['chown', 'root', '/srv/hw-owner']],
    restore: [['rm', '-f', '/srv/hw-owner']],
  },
  {
    name: 'file that a command must agree to, old one kept',
    before: [['sh', '-c', 'mkdir -p /srv/hw-kept; echo old >/srv/hw-kept/conf']],
    task: () => file({ path: '/srv/hw-kept/conf', content: 'new\n', backup: true, validate: ['grep', '-q', 'new', '%s'] }),
    breakBy: [['sh', '-c', 'sleep 1; echo older >/srv/hw-kept/conf']],
    restore: [['rm', '-rf', '/srv/hw-kept']],
  },
]
