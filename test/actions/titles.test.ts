import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, script } from '../../engine/actions/command.ts'

const long = 'x'.repeat(300)

for (const [what, action, title] of [
  ['a command', command({ argv: ['echo', 'a b'] }), "command echo 'a b'"],
  ['a long command', command({ argv: ['echo', long] }), `command echo ${'x'.repeat(115)}…`],
  ['a script of one line', script({ text: 'uname -r\n' }), 'script uname -r'],
  ['a script of several', script({ text: 'set -e\nrm -r /data\n' }), 'script set -e …'],
  ['a script of a long line', script({ text: `${long}\nfalse` }), `script ${'x'.repeat(80)}…`],
] as const)
  test(`what is not shown of ${what} is told to be there`, () => assert.equal(action.title, title))
