/** What keeps a line honest: whose key it is, what its end means. */
import type { Mutation } from './mutation.ts'

const judge = 'engine/transport/ssh/host-key.ts'

export const onTheLine: readonly Mutation[] = [
  { name: 'the verdict on a host key is a promise, which ssh2 takes for a yes', file: judge, find: 'return (key) => {\n    try {', replace: 'return async (key) => {\n    try {', tests: ['transport/ssh/host-key > verifier: '] },
  { name: 'the verdict on a host key is a yes unless it is a no', file: judge, find: 'return answer === true', replace: 'return answer !== false', tests: ['transport/ssh/host-key > verifier: '] },
  { name: 'a verdict that throws is a yes', file: judge, find: '} catch {\n      return false', replace: '} catch {\n      return true', tests: ['transport/ssh/host-key > verifier: '] },
  { name: 'nobody judges the host key', file: 'engine/transport/ssh/handshake.ts', find: 'hostVerifier: judge.verify', replace: 'hostVerifier: () => true', tests: ['transport/ssh/host-key > fault 17: '] },
  { name: 'a key that changes while connected is taken', file: judge, find: "found === 'unknown' && record.acceptNew && accepted === undefined", replace: "found === 'unknown' && record.acceptNew", tests: ['transport/ssh/host-key > fault 13: '] },
  { name: 'a changed key counts as a new one', file: 'engine/transport/ssh/known-hosts.ts', find: "? 'match' : 'changed'", replace: "? 'match' : 'unknown'", tests: ['transport/ssh/known-hosts'] },
  { name: 'a revoked key is a key', file: 'engine/transport/ssh/known-hosts.ts', find: "entry.marker === 'revoked' && same(entry)", replace: "entry.marker === 'revoked' && !same(entry)", tests: ['transport/ssh/known-hosts'] },
  { name: 'a command whose line broke counts as done', file: 'engine/transport/ssh/process.ts', find: "finish(status ?? { kind: 'lost', error: lost })", replace: "finish(status ?? { kind: 'exited', code: 0 })", tests: ['transport/ssh/process > fault 8: the server side dies'] },
  { name: 'a Match block of ssh_config counts for every host', file: 'engine/transport/ssh/config-file.ts', find: "block?.kind !== 'match'", replace: "block?.kind !== undefined", tests: ['transport/ssh/config > ssh_config: '] },
  { name: 'an action whose line broke is run again', file: 'engine/host/act-once.ts', find: 'throw new HostLost(host, error)', replace: "return fail({ reason: 'command', message: error.message })", tests: ['host/faults > fault 8: the line dies while an action runs'] },
  { name: 'a task whose line broke counts as done', file: 'engine/host/converge.ts', find: 'for (const { task, planned } of begun) this.#outcomes.leaveUnknown(task, planned.changes, acted.error.message)', replace: 'this.#outcomes.settle(ready, diffs)', tests: ['host/faults > fault 8: the line dies for good'] },
]
