import { mkdirSync, openSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { LabError } from './error.ts'
import { labFolder } from './paths.ts'

/**
 * Waits its turn, at most `limit` seconds: one command changes the lab at a time. The lock belongs to the open file, so
 * the kernel gives it back when this process ends, however it ends.
 */
export function lockLab(limit = 600): void {
  // Whoever is not root can make no host, and may not write to the folder of a lab of root's.
  if (process.getuid?.() !== 0) throw new LabError('this machine cannot hold lab hosts: you are not root, and making namespaces, mounts and a bridge needs root.')
  mkdirSync(labFolder, { recursive: true })
  const file = openSync(`${labFolder}/lock`, 'w')
  const { status } = spawnSync('flock', ['--wait', String(limit), '3'], { stdio: ['ignore', 'inherit', 'inherit', file] })
  if (status !== 0) throw new LabError(`another lab command has held ${labFolder}/lock for ${limit} s; see who with: fuser -v ${labFolder}/lock`)
}
