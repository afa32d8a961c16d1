/** Disks of the tests' own: file systems in files, on loop devices. As root, for they are mounted. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { needs } from './needs.ts'

const MKFS_XFS = needs('mkfs.xfs', 'xfsprogs')
const MKFS_EXT4 = needs('mkfs.ext4', 'e2fsprogs')
const E2FSCK = needs('e2fsck', 'e2fsprogs')
const run = promisify(execFile)

/**
 * An ext4 in a file, of which a copy can be taken while it is written to: all of it as it is at one moment, for the file lies on an XFS, where a copy
 * shares the blocks and holds up whoever writes. What the kernel has not given to the disk by then is not in the copy: as when the power goes.
 * It is all in memory, so that no slow disk holds up the writes. Renaming over a file does not sync it (`noauto_da_alloc`): ext4 would hide who forgets to.
 */
export class Disk {
  /** Where it is mounted. */
  readonly at: string
  readonly #folder: string
  #copies = 0

  constructor(folder: string) {
    this.#folder = folder
    this.at = `${folder}/disk`
    mkdirSync(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512m', 'tmpfs', folder])
    for (const path of [this.at, `${folder}/shelf`, `${folder}/copy`]) mkdirSync(path)
    fileOf(`${folder}/shelf.img`, 320)
    execFileSync(MKFS_XFS, ['-q', '-m', 'reflink=1', `${folder}/shelf.img`])
    execFileSync('mount', ['-o', 'loop', `${folder}/shelf.img`, `${folder}/shelf`])
    fileOf(`${folder}/shelf/disk.img`, 32)
    execFileSync(MKFS_EXT4, ['-q', `${folder}/shelf/disk.img`])
    execFileSync('mount', ['-o', 'loop,noauto_da_alloc,commit=1', `${folder}/shelf/disk.img`, this.at])
  }

  /** A copy of this moment. */
  async copy(): Promise<string> {
    const to = `${this.#folder}/shelf/copy-${++this.#copies}.img`
    await run('cp', ['--reflink=always', `${this.#folder}/shelf/disk.img`, to])
    return to
  }

  /**
   * Repairs a copy as a machine does that starts again, mounts it, reads, and takes it away.
   *
   * @throws when it cannot be repaired without asking somebody.
   */
  read<T>(copy: string, read: (at: string) => T): T {
    const at = `${this.#folder}/copy`
    try {
      execFileSync(E2FSCK, ['-f', '-p', copy], { stdio: 'pipe' })
    } catch (error) {
      // 1: something was put right.
      if (!(error instanceof Error && 'status' in error && error.status === 1)) throw error
    }
    execFileSync('mount', ['-o', 'loop,ro', copy, at])
    try {
      return read(at)
    } finally {
      execFileSync('umount', [at])
      rmSync(copy)
    }
  }

  [Symbol.dispose](): void {
    for (const at of [this.at, `${this.#folder}/shelf`, this.#folder]) execFileSync('umount', [at])
    rmSync(this.#folder, { recursive: true })
  }
}

function fileOf(path: string, megabytes: number): void {
  writeFileSync(path, '')
  truncateSync(path, megabytes * 1024 * 1024)
}
