/** What becomes of the other services of a project when a version goes back: the text of the cut-over, with a docker that tells what is told here. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { shells } from '../../rig/shells.ts'
import { text } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-others-'))
after(() => rmSync(folder, { recursive: true }))

interface Case {
  /** "ID SERVICE" of the containers that are there. */
  readonly runs: readonly string[]
  /** Noted before the others were touched. */
  readonly were?: readonly string[]
  /** The services that the files name which came back; undefined: there are no files. */
  readonly named?: readonly string[]
  /** Compose cannot bring them up. */
  readonly broken?: boolean
}

/** Runs these words; what was asked of docker, and what was said. */
function ask(path: string, words: string, { runs, were, named, broken = false }: Case): { readonly asked: string[]; readonly said: string; readonly code: number | null } {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  if (were !== undefined) writeFileSync(join(folder, 'others'), `${were.join('\n') || 'none'}\n`)
  if (named !== undefined) writeFileSync(join(folder, 'docker-compose.yml'), '')
  writeFileSync(join(folder, 'asked'), '')
  const stubs = `
    docker() {
      case $1 in
        ps) printf '%s\\n' ${runs.map((each) => `'${each}'`).join(' ')} ;;
        *) echo "docker $*" >>"$J/asked" ;;
      esac
    }
    compose() {
      case "$*" in
        *'config --services') printf '%s\\n' ${(named ?? []).join(' ')} ;;
        *) echo "compose $*" >>"$J/asked"; ${broken ? 'return 1' : ':'} ;;
      esac
    }
    state() { echo 'running none 0 false'; }
    names() { echo "name-of-$*"; }
    well() { failing=; for id in "$@"; do case $id in ill*) failing=$id; return 1 ;; esac; done; }
    wait_well() { well "$@" || { verdict='is not healthy'; return 1; }; }`
  const parts = ['say', 'bad', 'write_whole', 'on_disk', 'note', 'noted', 'of_others', 'lasting', 'unnamed', 'note_others', 'others_up', 'others_back', 'own_names'].map(text).join('\n')
  const script = `J=${folder} D=${folder} P=shop S=shop OTHERS='mail once' LASTING=mail AFRESH= ORPHANS= NAMED='shop shared'\n${parts}\n${stubs}\n${words}`
  const done = spawnSync('/usr/bin/env', ['-i', `PATH=${path}`, 'LC_ALL=C', 'sh', '-c', script], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(done.stderr, '')
  return { asked: readFileSync(join(folder, 'asked'), 'utf8').split('\n').filter(Boolean), said: done.stdout, code: done.status }
}

for (const shell of shells) {
  test(`others: they are brought up with the files of the new version, and what begins anew must become well (${shell.name})`, () => {
    const named = ['shop', 'mail', 'once']
    const well = ask(shell.path, 'others_up && say "fresh:$fresh"; cat "$J/others"', { runs: ['app1 shop', 'new1 mail', 'end1 once'], named })
    assert.deepEqual(well.asked, ['compose up -d --no-deps mail once'])
    // Noted before: all that is not of the service itself. Here nothing begins anew.
    assert.equal(well.said, 'with it: mail once\nfresh:\nnew1\nend1\n')
    const ill = ask(shell.path, 'others_up || say "$reason"', { runs: ['app1 shop', 'ill1 mail', 'ill2 once'], were: ['old1'], named })
    assert.equal(ill.said, 'with it: mail once\nname-of-ill1 is not healthy\n')
  })

  test(`others: what the files name no more is stopped before the new ones begin, and started again on the way back (${shell.name})`, () => {
    const { asked, said } = ask(shell.path, 'ORPHANS=yes; others_up; cat "$J/resting" "$J/with"; others_back', { runs: ['app1 shop', 'old1 mailer', 'new1 mail'], were: ['old1'], named: ['shop', 'mail', 'once'] })
    assert.deepEqual(asked, ['docker stop old1', 'compose up -d --no-deps mail once', 'compose up -d --no-deps mail once', 'docker start old1'])
    assert.match(said, /^old1\nnew1$/m)
  })

  test(`others: on the way back they take the files that came back, and only what was not there before goes (${shell.name})`, () => {
    const back = ask(shell.path, 'others_back', { runs: ['app1 shop', 'mail2 mail', 'add1 extra', 'odd1 orphan'], were: ['mail1', 'odd1'], named: ['shop', 'mail'] })
    assert.deepEqual(back.asked, ['docker stop add1', 'docker rm -f add1', 'compose up -d --no-deps mail'])
  })

  test(`others: of a first version all goes again (${shell.name})`, () => {
    assert.deepEqual(ask(shell.path, 'others_back', { runs: ['mail1 mail'], were: [] }).asked, ['docker stop mail1', 'docker rm -f mail1'])
  })

  test(`others: before they were touched the way back touches nothing of them (${shell.name})`, () => {
    assert.deepEqual(ask(shell.path, 'others_back', { runs: ['mail1 mail'], named: ['shop', 'mail'] }).asked, [])
  })

  test(`others: what cannot be brought back is told, and keeps nobody from the next rollout (${shell.name})`, () => {
    const { said, code } = ask(shell.path, 'others_back', { runs: ['mail1 mail'], were: ['mail1'], named: ['shop', 'mail'], broken: true })
    assert.match(said, /^! the other services could not be brought back/m)
    assert.equal(code, 0)
  })

  test(`others: a name that somebody else has on the same network is refused (${shell.name})`, () => {
    assert.match(ask(shell.path, 'own_names || exit 1', { runs: ['other other-shop-1 front,shared'] }).said, /^! other-shop-1 of the project "other" is "shop" on the network shared, too/)
    for (const runs of [['other other-shop-1 elsewhere'], ['shop shop-shop-1 shared']]) assert.deepEqual(ask(shell.path, 'own_names || exit 1', { runs }), { asked: [], said: '', code: 0 })
  })
}
