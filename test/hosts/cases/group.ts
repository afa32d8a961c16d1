import { group } from '../../../engine/tasks/group.ts'
import type { HostCase } from '../case.ts'

const gone = [['sh', '-c', 'groupdel hwteam || [ $? = 6 ]']]

export const cases: readonly HostCase[] = [
  { name: 'group', task: () => group({ name: 'hwteam' }), breakBy: [['groupdel', 'hwteam']], restore: gone },
  { name: 'group with a number', before: [['groupadd', 'hwteam']], task: () => group({ name: 'hwteam', gid: 4321 }), breakBy: [['groupmod', '-g', '4322', 'hwteam']], restore: gone },
  { name: 'no group', before: [['groupadd', 'hwteam']], task: () => group({ name: 'hwteam', state: 'absent' }), breakBy: [['groupadd', 'hwteam']], restore: gone },
]
