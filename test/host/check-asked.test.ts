import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../engine/actions/command.ts'
import { saidHint, shellLineHint } from '../../engine/host/failure-hints.ts'
import { placeOf } from '../../engine/host/origin.ts'
import { run } from '../../engine/tasks/change.ts'
import { file } from '../../engine/tasks/file.ts'
import { ParamsError } from '../../engine/tasks/task.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'

const { host, failures, events } = openMemory()
const motd = file({ path: '/motd', content: 'x' })
const yes = command({ argv: ['true'] })

// As who runs a role without checking its types would write it.
const rows: readonly (readonly [method: 'ensure' | 'run' | 'note', given: unknown, said: string])[] = [
  ['ensure', [motd], 'ensure: it takes tasks, not a list of them: host.ensure(...list)'],
  ['ensure', yes, 'ensure: "command" is an action: host.run(command(…))'],
  ['ensure', file, 'ensure: it takes tasks, such as file({ … }); this is function'],
  ['run', motd, 'run: "file" is a task: host.ensure(file(…))'],
  ['run', [yes], 'run: it takes an action, such as command({ … }); this is a list'],
  ['note', undefined, 'note: it takes a text; this is undefined'],
]
for (const [method, given, said] of rows)
  test(`${said}, at the line that asks for it`, () => {
    const asked: unknown = Reflect.get(host, method)
    assert.ok(typeof asked === 'function')
    assert.throws(
      () => Reflect.apply(asked, host, [given]),
      (error) => error instanceof ParamsError && error.message === said && placeOf(error)?.file.endsWith('check-asked.test.ts') === true,
    )
    assert.deepEqual(events, [])
  })

test('a source that is not there is refused with its whole path, and what it is relative to', async () => {
  await assert.rejects(async () => host.ensure(file({ path: '/x', source: 'files/nofile' })))
  assert.deepEqual(failures(), [`refused: the source ${process.cwd()}/files/nofile cannot be read: there is no such file`])
})

test('what the words of a host tell is told as the next step', () => {
  assert.match(saidHint("stat: cannot statx '/x': Permission denied").hint ?? '', /--become/)
  for (const full of ['/bin/sh: 5: printf: printf: I/O error', "cp: error writing '/x': No space left on device", 'sh: write error: No space left on device']) assert.match(saidHint(full).hint ?? '', /df -h/)
  assert.deepEqual(saidHint('No such file'), {})
  assert.match(shellLineHint([run(['ls -la /tmp | wc'])], 127).hint ?? '', /script\(/)
  assert.deepEqual([shellLineHint([run(['ls'])], 127), shellLineHint([run(['a b'])], 1)], [{}, {}])
})
