/** What the cut-over says and does when the way back fails too: its own text, with a docker that does what is told here. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { shells } from '../../rig/shells.ts'
import { text } from './program.ts'
const folder = mkdtempSync(join(tmpdir(), 'hw-undo-'))
after(() => rmSync(folder, { recursive: true }))

/** Gives up in this phase, with an old version that is stopped; `well`: whether it becomes healthy again. */
function givesUp(path: string, well: boolean): { code: number | null; said: string; asked: string[]; left: boolean } {
  const journal = join(folder, 'journal')
  mkdirSync(journal, { recursive: true })
  for (const [name, content] of [['old', 'old1\n'], ['new', 'new1\n'], ['phase', 'stopped\n'], ['asked', '']] as const) writeFileSync(join(journal, name), content)
  const stubs = `
    docker() { echo "docker $*" >>"$J/asked"; case $1 in inspect) echo x ;; esac; }
    state() { case $1 in old1) echo 'exited none 0 false' ;; *) echo 'running unhealthy 0 false' ;; esac; }
    wait_well() { ${well ? 'return 0' : "verdict='ended, or was started again'; return 1"}; }
    of_service() { echo old1; echo new1; }
    names() { echo "$*"; }
    point() { echo "point $*" >>"$J/asked"; }
    drain() { :; }
    why() { echo "why $*" >>"$J/asked"; }
    restore_files() { echo restore >>"$J/asked"; }
    standing() { bad 'running now: what runs'; }`
  const script = `J=${journal} S=web OLD=old1 UP=x failing=new1\n${['say', 'bad', 'outcome', 'fail', 'undo', 'give_up'].map(text).join('\n')}\n${stubs}\ngive_up 'the new version did not stay healthy' stopped`
  const done = spawnSync('/usr/bin/env', ['-i', `PATH=${path}`, 'LC_ALL=C', 'sh', '-c', script], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(done.stderr, '')
  return { code: done.status, said: done.stdout, asked: readFileSync(join(journal, 'asked'), 'utf8').trim().split('\n'), left: done.stdout !== '' && readFileSync(join(journal, 'outcome'), 'utf8') === '1\n' }
}

for (const shell of shells) {
  test(`fault 82: the way back fails: said so, nothing is taken away, and nobody claims that the old version serves (${shell.name})`, () => {
    const { code, said, asked, left } = givesUp(shell.path, false)
    assert.deepEqual([code, left], [1, true])
    assert.match(said, /^! the old version does not become healthy again: both are left as they are$[^]*^! the new version did not stay healthy$[^]*^! running now: /m)
    assert.doesNotMatch(said, /taken away again|serves on|undone/)
    assert.deepEqual(asked.filter((each) => /docker (?:rm|stop)|restore|point|why/.test(each)), ['why new1'])
    // For the next deploy, which finishes it or undoes it.
    assert.equal(readFileSync(join(folder, 'journal', 'phase'), 'utf8'), 'stopped\n')
  })

  test(`the way back succeeds: the old serve first, then it is said why, then what was new goes (${shell.name})`, () => {
    const { code, said, asked } = givesUp(shell.path, true)
    assert.equal(code, 1)
    assert.match(said, /the old version serves on/)
    assert.deepEqual(asked.filter((each) => !each.startsWith('docker inspect')), ['docker start old1', 'point old1', 'why new1', 'docker stop new1', 'docker rm -f new1', 'point web', 'restore'])
  })
}
