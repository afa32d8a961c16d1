import { absent } from '../../../engine/tasks/absent.ts'
import type { HostCase } from '../case.ts'

const tree = ['sh', '-c', 'mkdir -p "/srv/hw gone/a/b"; touch "/srv/hw gone/a/-f"; ln -sfn /etc "/srv/hw gone/link"']

export const cases: readonly HostCase[] = [
  { name: 'no directory, and /etc, which a link in it led to, is as it was', before: [tree], task: () => absent({ path: '/srv/hw gone' }), breakBy: [tree] },
  { name: 'no file', before: [['touch', '/srv/-rf']], task: () => absent({ path: '/srv/-rf' }), breakBy: [['touch', '/srv/-rf']] },
  { name: 'no link', before: [['ln', '-s', '/etc', '/srv/hw-gone']], task: () => absent({ path: '/srv/hw-gone' }), breakBy: [['ln', '-s', 'nowhere', '/srv/hw-gone']] },
]
