/** What the cut-over keeps on the disk, where the disk is full: nothing is torn, and what could not be written is not taken for done. In each sh. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { shells } from '../../rig/shells.ts'
import { text } from './program.ts'

const PARTS = ['say', 'bad', 'write_whole', 'on_disk', 'phase', 'note', 'noted', 'put', 'install_files', 'is_alike', 'restore_files', 'next_release'].map(text).join('\n')
const folder = mkdtempSync(join(tmpdir(), 'hw-journal-'))
after(() => rmSync(folder, { recursive: true }))

const run = (path: string, words: string) => spawnSync('/usr/bin/env', ['-i', `PATH=${path}`, 'LC_ALL=C', 'sh', '-c', `umask 077; J=${folder}/journal D=${folder}/disk/app FILES='.env docker-compose.yml' R=${folder}/releases\n${PARTS}\n${words}`], { encoding: 'utf8', timeout: 20_000 })

/** A disk of 256 KiB on which the project stands, with so much left. */
function nearlyFull(): { undo(): void; fill(): void } {
  rmSync(join(folder, 'journal'), { recursive: true, force: true })
  mkdirSync(join(folder, 'disk'), { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', join(folder, 'disk')])
  mkdirSync(join(folder, 'disk/app'))
  mkdirSync(join(folder, 'journal/next'), { recursive: true })
  for (const name of ['.env', 'docker-compose.yml']) {
    writeFileSync(join(folder, 'disk/app', name), `old ${name}\n`.repeat(600))
    writeFileSync(join(folder, 'journal/next', name), `new ${name}\n`.repeat(2500))
  }
  return {
    fill: () => void spawnSync('dd', ['if=/dev/zero', `of=${folder}/disk/ballast`, 'bs=4096']),
    undo: () => execFileSync('umount', [join(folder, 'disk')]),
  }
}

for (const { name, path } of shells) {
  test(`a full disk: a file that cannot be written leaves the one that is there, on the way there and back (${name})`, () => {
    const disk = nearlyFull()
    try {
      disk.fill()
      const live = () => Object.fromEntries(readdirSync(join(folder, 'disk/app')).map((each) => [each, readFileSync(join(folder, 'disk/app', each), 'utf8').split('\n')[0]]))
      const old = { '.env': 'old .env', 'docker-compose.yml': 'old docker-compose.yml' }
      assert.notEqual(run(path, 'install_files').status, 0)
      assert.deepEqual(live(), old)
      const same = run(path, 'restore_files')
      assert.deepEqual([same.status, same.stdout], [0, ''])
      const back = run(path, `printf 'other\\n' >"$D/.env"; rm "$J/prev/docker-compose.yml"; dd if=/dev/zero of="$J/prev/docker-compose.yml" bs=1024 count=300 2>/dev/null; restore_files`)
      assert.equal(back.status, 1)
      assert.match(back.stdout, /^! could not be put back into .*docker-compose\.yml; they are kept in .*journal\/prev$/m)
      assert.equal(live()['docker-compose.yml'], 'old docker-compose.yml')
    } finally {
      disk.undo()
    }
  })

  test(`the journal: none is written too, and what is empty or not there says nothing (${name})`, () => {
    mkdirSync(join(folder, 'journal'), { recursive: true })
    const { status, stdout } = run(path, 'note old a b; note new; noted old; echo "$?"; noted new; echo "$?"; : >"$J/old"; noted old || echo "nothing $?"; rm "$J/old"; noted old || echo "nothing $?"; phase beside; cat "$J/phase"; ls "$J" | grep -c new$')
    assert.deepEqual([status, stdout], [0, 'a\nb\n0\n0\nnothing 1\nnothing 1\nbeside\n1\n'])
  })

  test(`a release is later than all that there are, whatever the clock says (${name})`, () => {
    const releases = join(folder, 'releases')
    rmSync(releases, { recursive: true, force: true })
    mkdirSync(releases)
    const next = () => run(path, 'next_release; echo "$id"').stdout.trim()
    assert.match(next(), /^20\d{6}T\d{6}Z$/)
    for (const ahead of ['20991231T235958Z', '20200101T000000Z', '.new', 'other']) mkdirSync(join(releases, ahead))
    assert.equal(next(), '20991231T235959Z')
    mkdirSync(join(releases, next()))
    assert.equal(next(), '20991231T235960Z')
  })
}
