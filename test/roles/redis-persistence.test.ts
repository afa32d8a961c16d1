import { redisPersistence } from '../../roles/redis/persistence.ts'
import { given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'

const wish = (appendonly: boolean) => ({ container: 'redis', data: '/data/redis', conf: '/opt/services/redis/conf/redis.conf', appendonly })
const { now: fact } = redisPersistence(wish(true)).facts
const kept = (live: string, told: string, ...files: ('log' | 'dump')[]) => (fact ? [given(fact, { live, told, log: files.includes('log'), dump: files.includes('dump') })] : [])
const APPEND = ['write the data of redis to its append-only file']
const SAVE = ['save the data of redis to dump.rdb']
const refused = (is: string, appendonly: string, other: string) => [`refused: the data in /data/redis are in ${is}, and Redis with appendonly ${appendonly} starts from ${other} alone: it would lose them`]
const IN_DUMP = refused('dump.rdb', 'yes', 'the append-only file')

planRows<boolean>('redis-persistence', (appendonly) => redisPersistence(wish(appendonly)), [
  ['a fresh host', true, [], []],
  ['a fresh host, without', false, [], []],
  ['it runs as wished', true, kept('yes', 'yes', 'log', 'dump'), []],
  ['it runs as wished, without', false, kept('no', 'no', 'dump'), []],
  ['it is turned on', true, kept('no', 'no', 'dump'), APPEND],
  ['it is turned on again: the old file does not count', true, kept('no', 'no', 'log', 'dump'), APPEND],
  ['it was turned off by hand', true, kept('no', 'yes', 'log', 'dump'), APPEND],
  ['it is turned off', false, kept('yes', 'yes', 'log', 'dump'), SAVE],
  ['stopped, as wished', true, kept('', 'yes', 'log', 'dump'), []],
  ['stopped, and turned on', true, kept('', 'no', 'dump'), IN_DUMP],
  ['stopped, and turned on again', true, kept('', 'no', 'log', 'dump'), IN_DUMP],
  ['a restored dump', true, kept('', '', 'dump'), IN_DUMP],
  ['a dump restored below a Redis that appended', true, kept('', 'yes', 'dump'), IN_DUMP],
  ['a restored dump, without', false, kept('', '', 'dump'), []],
  ['stopped, and turned off', false, kept('', 'yes', 'log', 'dump'), refused('the append-only file', 'no', 'dump.rdb')],
  ['stopped, off for long: the old file does not count', false, kept('', 'no', 'log', 'dump'), []],
])
