import { link } from '../../../engine/tasks/link.ts'
import type { HostCase } from '../case.ts'

export const cases: readonly HostCase[] = [
  { name: 'link to nowhere yet', task: () => link({ path: '/srv/hw link', target: "releases/it's 1" }), breakBy: [['rm', '/srv/hw link']], restore: [['rm', '-f', '/srv/hw link']] },
  {
    name: 'link to a directory, turned to another',
    before: [['sh', '-c', 'mkdir -p /srv/hw-link/v1 /srv/hw-link/v2; ln -s v1 /srv/hw-link/now']],
    task: () => link({ path: '/srv/hw-link/now', target: 'v2' }),
    breakBy: [['ln', '-sfn', '/etc', '/srv/hw-link/now']],
    restore: [['rm', '-rf', '/srv/hw-link']],
  },
  { name: 'link in place of a file', before: [['touch', '/srv/hw-file-link']], task: () => link({ path: '/srv/hw-file-link', target: '/etc/hosts', force: true }), breakBy: [['sh', '-c', 'rm "$1"; echo x >"$1"', 'sh', '/srv/hw-file-link']], restore: [['rm', '-f', '/srv/hw-file-link']] },
]
