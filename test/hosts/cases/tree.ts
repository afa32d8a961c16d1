import { fileURLToPath } from 'node:url'
import { tree } from '../../../engine/tasks/tree.ts'
import type { HostCase } from '../case.ts'

const source = fileURLToPath(new URL('../../report', import.meta.url))

export const cases: readonly HostCase[] = [
  {
    name: 'tree with owner and modes',
    task: () => tree({ source, path: '/srv/hw tree', owner: 'www-data', group: 'root', fileMode: '0640', directoryMode: '2750' }),
    breakBy: [['sh', '-c', 'cd "/srv/hw tree" && echo other >golden/tty.txt && rm junit.test.ts && chmod 0600 xml.ts && chown root golden && ln -s golden.ts "$(printf "odd\\nname\\303\\251")"']],
    restore: [['rm', '-rf', '/srv/hw tree']],
  },
  {
    name: 'tree in which nothing else stays',
    before: [['sh', '-c', 'mkdir -p /srv/hw-purged/golden/sub /srv/hw-purged/other; echo x >/srv/hw-purged/golden/sub/x; ln -s / /srv/hw-purged/root; echo x >"/srv/hw-purged/it\'s"']],
    task: () => tree({ source, path: '/srv/hw-purged', purge: true }),
    breakBy: [['sh', '-c', 'cd /srv/hw-purged && rm xml.ts && ln -s screen.ts xml.ts && echo x >"$(printf "odd\\nname\\303\\251")"']],
    restore: [['rm', '-rf', '/srv/hw-purged']],
  },
]
