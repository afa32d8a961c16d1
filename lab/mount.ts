import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { attempt, run } from './run.ts'

/** One overlay mount: `lower` is read, `upper` takes every change, `work` is the kernel's scratch, `at` shows both. */
export interface Overlay {
  readonly lower: string
  readonly upper: string
  readonly work: string
  readonly at: string
}

export async function mountOverlay({ lower, upper, work, at }: Overlay): Promise<void> {
  rmSync(work, { recursive: true, force: true })
  for (const folder of [upper, work, at]) mkdirSync(folder, { recursive: true })
  // redirect_dir: without it a folder of the lower layer cannot be renamed (EXDEV), and a host would feel strange.
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work},redirect_dir=on`
  await run(['mount', '-t', 'overlay', 'hostwright', '-o', options, at])
}

/** Mount points at or under `folder`, the deepest first. */
export function mountsUnder(folder: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '')
  return points.filter((point) => point === folder || point.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)
}

export function isMounted(point: string): boolean {
  return mountsUnder(point).includes(point)
}

/** Takes away every mount at or under `folder`; one that is in use is detached, and goes when its last user does. */
export async function unmountUnder(folder: string): Promise<void> {
  for (const point of mountsUnder(folder)) {
    if ((await attempt(['umount', point])).code !== 0) await run(['umount', '--lazy', point])
  }
}
