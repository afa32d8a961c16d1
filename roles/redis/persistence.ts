import { z } from 'zod'
import { becomes, change, defineFact, defineTask, quote, refuse, RemotePath, run, type Fact } from '../../engine/index.ts'

/** Where the data of Redis are, and who has them. */
interface Kept {
  /** `appendonly` of the server that runs with these data; '' where none answers. */
  readonly live: 'yes' | 'no' | ''
  /** What the server that ran last was told; '' where nobody knows. */
  readonly told: 'yes' | 'no' | ''
  /** There is an append-only file, or the directory of one. */
  readonly log: boolean
  /** There is a dump.rdb. */
  readonly dump: boolean
}

const NOTHING: Kept = { live: '', told: '', log: false, dump: false }

const redisKept: (arg: readonly [container: string, data: string, conf: string]) => Fact<Kept> = defineFact<readonly [string, string, string], Kept>({
  name: 'redisKept',
  blank: NOTHING,
  read: ([container, data, conf]) => `
for hw_f in ${quote(data)}/appendonlydir/*.manifest ${quote(data)}/appendonly.aof; do [ ! -f "$hw_f" ] || { echo log; break; }; done
[ ! -f ${quote(data)}/dump.rdb ] || echo dump
[ ! -f ${quote(conf)} ] || sed -n 's/^appendonly \\(yes\\|no\\)$/told \\1/p' ${quote(conf)}
if docker inspect --type container --format '{{.State.Running}}{{range .Mounts}} {{.Source}}{{end}} ' ${quote(container)} 2>/dev/null | grep '^true ' | grep -qF ${quote(` ${data} `)}; then
  docker exec ${quote(container)} sh -c 'REDISCLI_AUTH="$REDIS_PASSWORD" timeout 5 redis-cli -e config get appendonly' 2>/dev/null | sed -n 's/^\\(yes\\|no\\)\\r*$/live \\1/p'
fi
true`,
  parse: (output) => {
    const lines = new Set(output.toString().split('\n'))
    const said = (what: string) => (lines.has(`${what} yes`) ? 'yes' : lines.has(`${what} no`) ? 'no' : '')
    return { live: said('live'), told: said('told'), log: lines.has('log'), dump: lines.has('dump') }
  },
})

/**
 * The data of Redis go along when `appendonly` changes. With it Redis starts from its append-only file and looks at no dump, without it from the dump
 * alone: whichever it does not look at is lost with the next save. A server that runs writes down itself what it has; where none runs, only who
 * knows the data can say. It stands before the new redis.conf is written.
 */
export const redisPersistence = defineTask({
  name: 'redis-persistence',
  doc: 'What Redis has is where it will look for it when it starts with this `appendonly`.',
  params: z.strictObject({ container: z.string(), data: RemotePath, conf: RemotePath, appendonly: z.boolean() }),
  title: (p) => `of ${p.data}`,
  facts: (p) => ({ now: redisKept([p.container, p.data, p.conf]) }),
  plan(p, { now }) {
    const wished = p.appendonly ? 'yes' : 'no'
    // What a server was told not to write is older than its dump.
    const at = now.live !== '' ? now.live : now.log && now.told !== 'no' ? 'yes' : now.dump ? 'no' : ''
    if (at === '' || at === wished) return []
    if (now.live === '') {
      const [is, other] = p.appendonly ? ['dump.rdb', 'the append-only file'] : ['the append-only file', 'dump.rdb']
      return refuse(
        `the data in ${p.data} are in ${is}, and Redis with appendonly ${wished} starts from ${other} alone: it would lose them`,
        `run with redis.appendonly: ${String(!p.appendonly)} first: Redis comes up with its data. Then run with ${String(p.appendonly)}: it takes them along. If they are not wanted, move ${p.data} away`,
      )
    }
    const [summary, program] = p.appendonly ? ['write the data of redis to its append-only file', APPEND] : ['save the data of redis to dump.rdb', SAVE]
    const argv = ['docker', 'exec', p.container, 'sh', '-c', `export REDISCLI_AUTH="$REDIS_PASSWORD"\n${program}`]
    // The server is told `no` by the new redis.conf only: until it starts with that, what it appends counts.
    const after: Kept = { ...now, live: wished, ...(p.appendonly ? { log: true } : { dump: true }) }
    return [change(summary, [run(argv, { what: summary, timeout: 660 })], [becomes(redisKept([p.container, p.data, p.conf]), after)])]
  },
})

/** Done when the whole of it is written, which takes a while; the limit is here as well, for what runs in a container outlives who called it. */
const APPEND = `
redis-cli -e config set appendonly yes || exit
i=0
while [ $i -lt 600 ]; do
  said=$(redis-cli -e info persistence) || exit
  case $said in
    *aof_rewrite_in_progress:1*|*aof_rewrite_scheduled:1*) ;;
    *aof_last_bgrewrite_status:ok*) exit 0 ;;
    *) i=600 ;;
  esac
  sleep 1; i=$((i + 1))
done
redis-cli -e config set appendonly no
echo 'Redis could not write its append-only file; it runs on as before, without one' >&2
exit 1`

/** Waits for a save that is under way: it may have begun before the last write. */
const SAVE = `
i=0
while [ $i -lt 600 ]; do
  said=$(timeout 600 redis-cli -e save 2>&1) && exit 0
  case $said in *'already in progress'*) ;; *) break ;; esac
  sleep 1; i=$((i + 1))
done
printf '%s\\n' "Redis could not save its data, and runs on as before: $said" >&2
exit 1`
