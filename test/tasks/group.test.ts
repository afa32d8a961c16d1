import { group } from '../../engine/tasks/group.ts'
import { aGroup } from '../rig/accounts.ts'
import { planRows } from '../rig/rows.ts'

planRows<Parameters<typeof group>[0]>('group', group, [
  ['absent', { name: 'team' }, [], ['create the group team']],
  ['there', { name: 'team' }, [aGroup('team', 900)], []],
  ['there, with its number', { name: 'team', gid: 900 }, [aGroup('team', 900), aGroup('900', 900)], []],
  ['another number', { name: 'team', gid: 901 }, [aGroup('team', 900)], ['give the group team the number 901']],
  ['a number that is taken', { name: 'team', gid: 901 }, [aGroup('901', 901)], ['refused: another group has the number 901']],
  ['gone', { name: 'team', state: 'absent' }, [aGroup('team', 900)], ['remove the group team']],
  ['gone, and it was', { name: 'team', state: 'absent' }, [], []],
], [
  ['name with a colon', { name: 'a:b' }, /named with/],
  ['name that is a number', { name: '100' }, /starting with a letter/],
  ['negative number', { name: 'a', gid: -1 }, /gid/],
])
