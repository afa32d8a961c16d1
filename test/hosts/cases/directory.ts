import { directory } from '../../../engine/tasks/directory.ts'
import type { HostCase } from '../case.ts'

export const cases: readonly HostCase[] = [
  {
    name: 'directory with parents',
    task: () => directory({ path: '/srv/hw test/a', mode: '0750' }),
    breakBy: [['chmod', '0777', '/srv/hw test/a'], ['chown', 'nobody', '/srv/hw test/a']].slice(0, 1),
    restore: [['rm', '-rf', '/srv/hw test']],
  },
  {
    name: 'directory with owner, setgid',
    task: () => directory({ path: '/srv/hw-setgid', mode: '2775', owner: 'www-data', group: 'www-data' }),
    breakBy: [['chown', 'root:root', '/srv/hw-setgid']],
    restore: [['rm', '-rf', '/srv/hw-setgid']],
  },
  {
    name: 'directory that is no longer setgid',
    before: [['mkdir', '-m', '2755', '/srv/hw-plain']],
    task: () => directory({ path: '/srv/hw-plain', mode: '0755' }),
    breakBy: [['chmod', '6700', '/srv/hw-plain']],
    restore: [['rm', '-rf', '/srv/hw-plain']],
  },
  {
    name: 'directory, recursive owner and modes',
    before: [['sh', '-c', 'mkdir -p "/srv/hw-tree/a/b c"; echo 1 >"/srv/hw-tree/a/b c/f"; chmod 0600 "/srv/hw-tree/a/b c/f"']],
    task: () => directory({ path: '/srv/hw-tree', mode: '0755', fileMode: '0644', owner: 'www-data', group: 'root', recurse: true }),
    breakBy: [['chmod', '0700', '/srv/hw-tree/a']],
    restore: [['rm', '-rf', '/srv/hw-tree']],
  },
]
