import type { Play, Serial } from './playbook.ts'

/** A number or a share of a whole, as hosts: shares are rounded down, but never to less than one. */
export function share(amount: number | `${number}%`, whole: number): number {
  return typeof amount === 'number' ? amount : Math.max(1, Math.floor((whole * Number.parseFloat(amount)) / 100))
}

/**
 * The batches of a play, in order: all at once without `serial`; otherwise by its sizes, the last of which repeats.
 *
 * @example batches(['a', 'b', 'c', 'd'], [1, '50%']) // [['a'], ['b', 'c'], ['d']]
 */
export function batches<T>(hosts: readonly T[], serial: Play['serial']): T[][] {
  if (serial === undefined || hosts.length === 0) return hosts.length === 0 ? [] : [[...hosts]]
  const sizes: readonly Serial[] = typeof serial === 'object' ? serial : [serial]
  const result: T[][] = []
  for (let at = 0; at < hosts.length; ) {
    const size = Math.max(1, share(sizes[Math.min(result.length, sizes.length - 1)] ?? hosts.length, hosts.length))
    result.push(hosts.slice(at, at + size))
    at += size
  }
  return result
}

/** How many failed hosts end a play: reached, not exceeded. Without a limit, only the failure of all. */
export function failLimit(play: Pick<Play, 'maxFail' | 'anyErrorFatal'>, hosts: number): number {
  if (play.anyErrorFatal) return 1
  return play.maxFail === undefined ? hosts : Math.max(1, share(play.maxFail, hosts))
}
