/** What the cut-over says and does on its way back, and when that fails too: its own text, with a docker that does what is told here. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { shells } from '../../rig/shells.ts'
import { text } from './program.ts'
const folder = mkdtempSync(join(tmpdir(), 'hw-undo-'))
after(() => rmSync(folder, { recursive: true }))
const journal = join(folder, 'journal')

interface Case {
  /** Before the rollout the old version was well. */
  readonly wasWell?: boolean
  /** Started again it becomes healthy. */
  readonly isWell: boolean
  /** What the journal says of the old containers. Default: old1. */
  readonly old?: string
  /** What `docker inspect` says and ends with instead. */
  readonly inspect?: string
  /** The files can not be put back. */
  readonly full?: boolean
}
interface Ended {
  readonly code: number | null
  readonly said: string
  readonly asked: readonly string[]
  /** What is left of the journal. */
  readonly left: readonly string[]
}

/** Runs these words of the cut-over in the phase "stopped": the old version does not run, the new one is not well, and took a tag. */
function back(path: string, { wasWell = true, isWell, old = 'old1\n', inspect = 'echo known', full = false }: Case, words: string): Ended {
  rmSync(journal, { recursive: true, force: true })
  mkdirSync(journal)
  for (const [name, content] of [['old', old], ['well', wasWell ? 'old1\n' : 'none\n'], ['new', 'new1\n'], ['phase', 'stopped\n'], ['tags', 'sha256:1 shop:stable\n'], ['asked', '']] as const) writeFileSync(join(journal, name), content)
  const stubs = `
    docker() { echo "docker $*" >>"$J/asked"; case $1 in inspect) ${inspect} ;; esac; }
    docker_answers() { :; }
    state() { case $1 in old1) echo 'restarting none 3 false' ;; *) echo 'running unhealthy 0 false' ;; esac; }
    wait_well() { [ $# -gt 0 ] || return 0; ${isWell ? 'case $1 in old1) return 0 ;; esac' : ':'}; verdict='ended, or was started again'; return 1; }
    of_service() { echo old1; echo new1; }
    names() { echo "$*"; }
    point() { echo "point $*" >>"$J/asked"; }
    drain() { :; }
    why() { echo "why $*" >>"$J/asked"; }
    restore_files() { echo restore >>"$J/asked"${full ? '; return 1' : ''}; }
    standing() { bad 'running now: what runs'; }`
  const parts = ['say', 'bad', 'write_whole', 'on_disk', 'outcome', 'fail', 'forget', 'noted', 'there', 'restore_tags', 'others_back', 'well', 'put_back', 'undo', 'give_up', 'recover'].map(text).join('\n')
  const script = `J=${journal} S=web OLD=old1 WELL=${wasWell ? 'old1' : ''} UP=x failing=new1\n${parts}\n${stubs}\n${words}`
  const done = spawnSync('/usr/bin/env', ['-i', `PATH=${path}`, 'LC_ALL=C', 'sh', '-c', script], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(done.stderr, '')
  const asked = readFileSync(join(journal, 'asked'), 'utf8').trim().split('\n').filter((each) => !each.startsWith('docker inspect'))
  return { code: done.status, said: done.stdout, asked, left: readdirSync(journal).filter((name) => name !== 'asked').sort() }
}
const GIVE_UP = "give_up 'the new version did not stay healthy' stopped"

for (const shell of shells) {
  test(`fault 82: the way back fails: said so, nothing is taken away, and nobody claims that the old version serves (${shell.name})`, () => {
    const { code, said, asked, left } = back(shell.path, { isWell: false }, GIVE_UP)
    assert.equal(code, 1)
    assert.match(said, /^! the old version does not become healthy again: both are left as they are$[^]*^! the new version did not stay healthy$[^]*^! running now: /m)
    assert.doesNotMatch(said, /taken away again|serves on|undone/)
    assert.deepEqual(asked, ['docker start old1', 'why new1'])
    // For the next deploy, which finishes it or undoes it.
    assert.deepEqual(left, ['new', 'old', 'outcome', 'phase', 'tags', 'well'])
    assert.equal(readFileSync(join(journal, 'outcome'), 'utf8'), '1\n')
  })

  test(`the way back succeeds: the old serve first, then it is said why, then what was new goes, and tags lead where they led (${shell.name})`, () => {
    const { code, said, asked, left } = back(shell.path, { isWell: true }, GIVE_UP)
    assert.equal(code, 1)
    assert.match(said, /the old version serves on/)
    assert.deepEqual(asked, ['docker start old1', 'point old1', 'why new1', 'docker stop new1', 'docker rm -f new1', 'point web', 'restore', 'docker tag sha256:1 shop:stable'])
    assert.deepEqual(left, ['outcome'])
  })

  test(`an old version that was not well before need not become so, and nobody claims that it serves (${shell.name})`, () => {
    const { said, asked, left } = back(shell.path, { wasWell: false, isWell: false }, GIVE_UP)
    assert.match(said, /the old version was not well before, and is left as it was/)
    assert.doesNotMatch(said, /serves on/)
    assert.deepEqual(asked.filter((each) => /rm|restore/.test(each)), ['docker rm -f new1', 'restore'])
    assert.deepEqual(left, ['outcome'])
  })

  test(`a rollout was cut off, and neither of its versions becomes well: the next one goes on, for it is to mend that (${shell.name})`, () => {
    const { code, said, asked, left } = back(shell.path, { isWell: false }, 'recover || fail; say GOES ON')
    assert.deepEqual([code, left], [0, []])
    assert.match(said, /neither of its versions is well[^]*GOES ON/)
    assert.deepEqual(asked.filter((each) => !each.startsWith('why')), ['docker start old1', 'point web', 'restore', 'docker tag sha256:1 shop:stable'])
    assert.ok(!existsSync(join(journal, 'phase')))
  })

  const kept = ['new', 'old', 'outcome', 'phase', 'tags', 'well']
  const untold: readonly (readonly [what: string, about: Partial<Case>, says: RegExp])[] = [
    ['Docker does not answer', { inspect: "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock'; return 1" }, /^! Docker does not tell about old1: Cannot connect/m],
    ['the journal is empty where the old should stand', { old: '' }, /^! the journal does not say which containers were the old: nothing is taken away/m],
  ]
  for (const [what, about, says] of untold)
    test(`${what}: what is not known is not taken for gone; nothing is touched, the journal stays, nobody claims anything (${shell.name})`, () => {
      for (const words of [GIVE_UP, 'recover || fail']) {
        const { code, said, asked, left } = back(shell.path, { isWell: true, ...about }, words)
        assert.equal(code, 1, said)
        assert.match(said, says)
        assert.doesNotMatch(said, /taken away again|serves on|undone$/m)
        assert.deepEqual([asked.filter((each) => each !== '' && !each.startsWith('why')), left], [[], kept])
      }
    })

  test(`the old are gone: what runs is all there is, and nobody calls it the old version (${shell.name})`, () => {
    const { code, said, asked, left } = back(shell.path, { isWell: true, inspect: "echo 'Error: No such object: old1' >&2; return 1" }, GIVE_UP)
    assert.deepEqual([code, asked, left], [1, ['point web'], ['outcome']])
    assert.match(said, /^! the old version is gone: what runs is left as it is$/m)
  })

  test(`files that cannot be put back stay in the journal, and it is said (${shell.name})`, () => {
    const { said, left } = back(shell.path, { isWell: true, full: true }, GIVE_UP)
    assert.match(said, /^! not everything is as before: the next rollout finishes this one or undoes it$/m)
    assert.deepEqual(left, kept)
  })
}
