/** `has_room` of the cut-over, with each sh that a host may have, and a docker and df that say what is told here. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { shells } from '../../rig/shells.ts'

const part = readFileSync('engine/tasks/rollout/room.sh', 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'hw-room-'))
after(() => rmSync(folder, { recursive: true }))
const put = (name: string, text: string) => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(folder, name), 0o755)
}
put('docker', `case "$*" in
  "image inspect shop:2") [ -n "$THERE" ] ;;
  "info --format {{.DockerRootDir}}") echo "$ROOT" ;;
  "info --format {{json .DriverStatus}}") echo "$DRIVER" ;;
  "inspect --format {{.Image}} "*) echo "sha256:$4" ;;
  "image inspect --format {{.Size}} sha256:small") echo 5000000 ;;
  "image inspect --format {{.Size}} sha256:large") echo 700000000 ;;
  *) exit 1 ;;
esac`)
put('df', `[ "$*" = "-Pk $DISK" ] || exit 1; printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/sda1 99999999 1 %s 1%% /\\n' "$LEFT"`)

interface Told {
  readonly free?: number
  readonly image?: string
  readonly old?: string
  readonly left?: string
  readonly there?: string
  readonly root?: string
  readonly disk?: string
  readonly driver?: string
}
const GB = 1024 * 1024
const rows: readonly (readonly [what: string, told: Told, refused: string | undefined])[] = [
  ['enough', {}, undefined],
  ['too little', { left: '1000000' }, 'the disk of /srv/docker has 977 MiB free, and before shop:2 is fetched it must have 1024 MiB (min_free); nothing was touched'],
  ['too little for twice what runs', { left: `${GB + 1}`, old: 'small large' }, 'the disk of /srv/docker has 1025 MiB free, and before shop:2 is fetched it must have 1336 MiB (twice the image that runs); nothing was touched'],
  ['what runs is small', { left: `${GB}`, old: 'small gone' }, undefined],
  ['nothing has to be fetched', { left: '1', there: 'yes' }, undefined],
  ['nobody looks', { left: '1', free: 0 }, undefined],
  ['a variable says the image', { left: '1', image: '' }, undefined],
  ['a daemon elsewhere', { left: '1', disk: '/other' }, undefined],
  ["containerd's own store", { left: '1', driver: '[["driver-type","io.containerd.snapshotter.v1"]]', disk: '/var/lib/containerd' }, 'the disk of /var/lib/containerd has 1 MiB free, and before shop:2 is fetched it must have 1024 MiB (min_free); nothing was touched'],
]
for (const shell of shells)
  for (const [what, { free = GB, image = 'shop:2', old = '', left = `${5 * GB}`, there = '', root = '/srv/docker', disk = '/srv/docker', driver = '[["Backing Filesystem","extfs"]]' }, refused] of rows)
    test(`fault 79: room for an image: ${what} (${shell.name})`, () => {
      const env = { PATH: `${folder}:${shell.path}`, LC_ALL: 'C', FREE: String(free), IMAGE: image, OLD: old, LEFT: left, THERE: there, ROOT: root, DISK: disk, DRIVER: driver }
      const done = spawnSync('/usr/bin/env', ['sh', '-c', `bad() { echo "$*"; }; standing() { :; }\n${part}\nhas_room`], { env, encoding: 'utf8', timeout: 20_000 })
      assert.equal(done.stderr, '')
      assert.deepEqual([done.status, done.stdout.split('\n')[0]], refused === undefined ? [0, ''] : [1, refused])
    })
