/** Questions for passwords, on a terminal: what is answered, and that Ctrl-C ends everything there. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { START } from '../rig/cli.ts'
import { onTerminal } from '../rig/terminal.ts'
import { closed, fresh, here, put } from './tiny.ts'

const [SSH, SUDO, EITHER] = ['SSH password: ', 'sudo password: ', 'sudo password [defaults to SSH password]: ']
const asked: readonly (readonly [what: string, flags: readonly string[], answers: Readonly<Record<string, string>>, says: string])[] = [
  ['for the SSH password first', ['-K', '-k'], { [SSH]: 'one', [EITHER]: 'two' }, `${SSH}\n${EITHER}\nSSH one, sudo two`],
  ['no answer is the SSH password', ['-k', '-K'], { [SSH]: 'one', [EITHER]: '' }, `${SSH}\n${EITHER}\nSSH one, sudo one`],
  ['for one of them: no answer is an empty one', ['-K'], { [SUDO]: '' }, `${SUDO}\nSSH undefined, sudo `],
  ['a password out of a file is no default', ['-K', '--password-file', put('password', 'filed\n')], { [SUDO]: '' }, `${SUDO}\nSSH filed, sudo `],
  ['Ctrl-D is no answer', ['-K'], { [SUDO]: 'half\x04' }, `${SUDO}\n--ask-become-pass asked, and there was no answer`],
]
for (const [what, flags, answers, says] of asked)
  test(`-k and -K ask: ${what}`, { timeout: 60_000 }, async () => {
    const { code, stdout } = await onTerminal([...START, 'test/cli/ask-child.ts', ...flags], { answers })
    assert.deepEqual([code, stdout.replaceAll('\r', '')], [0, `${says}\n`])
  })

/** What the terminal is like afterwards is asked of itself. */
const THEN = ['sh', '-c', '"$@"; echo "ended with $?"; stty -a', 'sh']
const dir = fresh()
const interrupted: readonly (readonly [what: string, words: readonly string[], question: string])[] = [
  ['-K', ['test/playbooks/tiny.ts', '-i', here, '-i', closed, '-e', `dir=${dir}`, '-K'], SUDO],
  ['-k, with -K after it', ['test/playbooks/tiny.ts', '-i', here, '-i', closed, '-e', `dir=${dir}`, '-k', '-K'], SSH],
  ['manage-secrets', ['engine/cli/manage-secrets/main.ts', '-i', closed, '-K', 'list-local'], SUDO],
]
for (const [what, words, question] of interrupted)
  test(`Ctrl-C at a question for a password is an interrupt: ${what}`, { timeout: 60_000 }, async () => {
    const { stdout } = await onTerminal([...THEN, ...START, ...words], { answers: { [question]: 'hal\x03' } })
    const [said, terminal = ''] = stdout.replaceAll('\r', '').split('ended with 130\n')
    assert.deepEqual([said, existsSync(dir)], [`${question}\nInterrupted; no host was contacted.\n`, false], stdout)
    assert.match(terminal, /[; ]icanon\b[^]*[; \n]echo\b/)
  })
