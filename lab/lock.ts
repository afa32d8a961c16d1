import { mkdirSync, openSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { LabError } from './error.ts'
import { labFolder } from './paths.ts'

/**
 * Waits its turn, at most `limit` seconds: one command changes the lab at a time. The lock belongs to the open file, so
 * the kernel gives it back when this process ends, however it ends.
 */
export function lockLab(limit = 600): void {
  mkdirSync(labFolder, { recursive: true })
  const file = openSync(`${labFolder}/lock`, 'w')
  const { status } = spawnSync('flock', ['--wait', String(limit), '3'], { stdio: ['ignore', 'inherit', 'inherit', file] })
  if (status !== 0) throw new LabError(`another lab command has held ${labFolder}/lock for ${limit} s; see who with: fuser -v ${labFolder}/lock`)
}
