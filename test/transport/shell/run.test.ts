import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest, path } from '../../../engine/facts/path.ts'
import { run, type Change } from '../../../engine/tasks/change.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { act, outcomeOf, runs, steps } from './acts.ts'
import { folder, openLink, shells } from './shells.ts'

const asRoot = process.getuid?.() === 0
const megabyte = contentOf(Buffer.alloc(1_000_000, 0))

/** What is run, and what it comes to. */
const cases: readonly (readonly [what: string, change: Change, outcome: string | RegExp])[] = [
  ['an argv, word by word', runs(['printf', '[%s]', '', 'a b', `it's`, '$HOME', '`id`', '*', '-n', '\\n', '\n']), "done 0: [][a b][it's][$HOME][`id`][*][-n][\\n][\n]"],
  ['an exit code', runs(['sh', '-c', 'echo why >&2; exit 7']), 'failed 7: why\n'],
  ['an exit code that is fine', runs(['sh', '-c', 'exit 7'], { okCodes: [0, 7] }), 'done 7: '],
  ['a program that is not there', runs(['no-such-program']), /^failed 127: /],
  ['short and not there', runs(['no-such-program'], { timeout: 0 }), /^failed 127: /],
  // A program of that name, never the shell's own.
  ['exit is no program', runs(['exit', '0'], { timeout: 0 }), /^failed 127: /],
  ['a keyword is no program', runs(['if', 'true'], { timeout: 0 }), /^failed 127: /],
  ['an assignment is no program', runs(['A=b'], { timeout: 0 }), /^failed 127: /],
  ['our own functions are no programs', runs(['hw_drop'], { timeout: 0 }), /^failed 127: /],
  ['a directory', runs(['pwd'], { directory: '/usr/bin' }), 'done 0: /usr/bin\n'],
  ['a directory that is not there', runs(['pwd'], { directory: '/no such' }), /^failed [12]: .*no such/],
  ['an environment', runs(['sh', '-c', 'echo "$A:$B"'], { env: { A: `it's`, B: '$A' } }), `done 0: it's:$A\n`],
  ['fault 54: nothing to read', runs(['cat']), 'done 0: '],
  ['text to read', runs(['cat'], { stdin: contentOf(`a'b\n`) }), `done 0: a'b\n`],
  ['bytes to read', runs(['wc', '-c'], { stdin: megabyte }), /^done 0: *1000000\n$/],
  ['bytes that it does not read', runs(['true'], { stdin: megabyte }), 'done 0: '],
  ['bytes of which it reads a line, and fails', runs(['sh', '-c', 'read -r _; exit 5'], { stdin: megabyte }), 'failed 5: '],
  ['two that are fed, one after the other', steps(run(['true'], { stdin: megabyte }), run(['head', '-c', '3'], { stdin: contentOf(Buffer.from('\0\xff3456', 'latin1')) })), /^done 0: \0.3$/s],
  ['fault 57: it is stopped in time', runs(['sleep', '20'], { timeout: 1 }), /^failed (124|143) in time: /],
  ['it says itself that it timed out', runs(['sh', '-c', 'exit 124'], { timeout: 100 }), 'failed 124: '],
  ['it is killed', runs(['sh', '-c', 'kill -9 $$']), /^failed 137: /],
  ['a child in the background', runs(['sh', '-c', 'sleep 3 & echo left']), 'done 0: left\n'],
  ['no steps at all', steps(), 'done 0: '],
  ...(asRoot ? ([['as somebody else, with their home', runs(['sh', '-c', 'id -un; echo $HOME $USER'], { user: 'www-data' }), 'done 0: www-data\n/var/www www-data\n']] as const) : []),
]

for (const [shellName, shell] of Object.entries(shells)) {
  test(`fault 35: run: ${shellName}`, async (t) => {
    const link = await openLink(shell)
    t.after(() => link.close())
    for (const [what, change, outcome] of cases)
      await t.test(what, async () => {
        const came = await outcomeOf(link, change)
        if (typeof outcome === 'string') assert.equal(came, outcome)
        else assert.match(came, outcome)
        assert.equal(await outcomeOf(link, runs(['echo', 'next'])), 'done 0: next\n')
      })

    await t.test('the first that fails ends it', async () => {
      const heard: string[] = []
      const changes = [runs(['echo', 'a']), runs(['sh', '-c', 'echo b; false']), runs(['touch', `${folder}/never`])]
      const acted = await link.act(
        { tasks: [{ title: 'one', changes, guards: [] }], facts: [path('/')] },
        { started: (t, c) => heard.push(`do ${t}.${c}`), finished: (t, c) => heard.push(`did ${t}.${c}`), output: (t, c, _, bytes) => heard.push(`${t}.${c} ${bytes.toString().trim()}`) },
      )
      assert.ok(acted.kind === 'failed' && acted.task === 0 && acted.change === 1 && acted.failure.code === 1)
      assert.equal(acted.failure.stdout.toString(), 'b\n')
      assert.deepEqual(heard, ['do 0.0', '0.0 a', 'did 0.0', 'do 0.1', '0.1 b'])
    })

    await t.test('what moved since the look is not touched', async () => {
      const at = (name: string) => join(folder, `guards ${shellName}`, name)
      const reset = () => {
        rmSync(at(''), { recursive: true, force: true })
        mkdirSync(at('directory'), { recursive: true, mode: 0o755 })
        writeFileSync(at('file'), 'content', { mode: 0o644 })
        symlinkSync('file', at('link'))
      }
      const moves: readonly (readonly [what: string, argv: readonly string[]])[] = [
        ['nobody moves', ['true']],
        ['content', ['sh', '-c', `echo other >"$1"`, 'sh', at('file')]],
        ['mode', ['chmod', '0600', at('file')]],
        ['kind', ['sh', '-c', `rm "$1"; mkdir "$1"`, 'sh', at('file')]],
        ['gone', ['rm', at('file')]],
        ['mode of a directory', ['chmod', '0711', at('directory')]],
        ['a link that leads elsewhere', ['ln', '-sfn', 'directory', at('link')]],
        ['what was absent', ['touch', at('absent')]],
        ['a dangling link where nothing was', ['ln', '-s', 'nowhere', at('absent')]],
      ]
      const facts = [path(at('file')), digest(at('file')), path(at('directory')), path(at('link')), path(at('absent')), digest(at('absent'))]
      for (const [what, argv] of moves) {
        reset()
        const looked = await link.look(facts)
        assert.ok(looked.kind === 'seen')
        execFileSync(argv[0] ?? '', argv.slice(1))
        const acted = await act(link, [runs(['touch', at('acted')])], facts.map((fact) => ({ fact, value: looked.values.get(fact.key) })), [path(at('acted'))])
        assert.equal(acted.kind, what === 'nobody moves' ? 'done' : 'drifted', what)
      }
    })

    await t.test('the shell dies in a step: which one is told', async () => {
      let die = () => {}
      const doomed = await openLink(shell, {}, (process) => {
        die = () => process.destroy()
        return process
      })
      const tasks = ['echo a', 'sleep 5', 'echo c'].map((text) => ({ title: text, changes: [runs(text.split(' '))], guards: [] }))
      const acted = await doomed.act({ tasks, facts: [] }, { started: (t) => t === 1 && die() })
      await doomed.close()
      assert.ok(acted.kind === 'lost', acted.kind)
      assert.deepEqual([acted.task, acted.change], [1, 0])
    })
  })
}
