import { user } from '../../../engine/tasks/user.ts'
import { Secret } from '../../../engine/values/secret.ts'
import type { HostCase } from '../case.ts'

const gone = [['sh', '-c', 'userdel -r hwann 2>/dev/null || [ $? = 6 ] || [ $? = 12 ]; groupdel hwann 2>/dev/null; groupdel hwteam 2>/dev/null; rm -rf /srv/hwann; true']]
// The hash of nothing that anybody uses.
const hash = '$6$hostwright$0Nw0sUn5YyVhLpF3c8ryVqQm7uYbJ1xVtW3oK5pRzLhTg2dEaSxMiBnCq4vPfOjHkGlDrUeWyXtZsAaBbCcDd0'

export const cases: readonly HostCase[] = [
  { name: 'user with home', task: () => user({ name: 'hwann' }), breakBy: [['usermod', '-s', '/bin/sh', 'hwann'], ['rm', '-rf', '/home/hwann']], restore: gone },
  {
    name: 'user with all',
    before: [['groupadd', 'hwteam']],
    task: () => user({ name: 'hwann', uid: 4321, group: 'hwteam', groups: ['audio', 'hwteam'], append: false, shell: '/bin/sh', home: '/srv/hwann', comment: 'Ann "the" $one', password: new Secret(hash) }),
    breakBy: [['usermod', '-G', 'video', '-c', 'other', 'hwann'], ['sh', '-c', 'echo hwann:x | chpasswd']],
    restore: gone,
  },
  { name: 'user of the system, without a home', task: () => user({ name: 'hwann', system: true, groups: ['audio'] }), breakBy: [['gpasswd', '-d', 'hwann', 'audio']], restore: gone },
  { name: 'no user', before: [['useradd', '-m', 'hwann']], task: () => user({ name: 'hwann', state: 'absent', removeHome: true }), breakBy: [['useradd', '-m', 'hwann']], restore: gone },
]
