/** The middle one; of an even number, the mean of the two. NaN when there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  return sorted.length % 2 === 1 ? at((sorted.length - 1) / 2) : (at(sorted.length / 2 - 1) + at(sorted.length / 2)) / 2
}

/** Three digits that count, and no more than whole numbers above: 0.734, 2.68, 41.8, 315. */
export function digits(value: number, count = 3): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const decimals = Math.max(0, count - 1 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(decimals, 3))
}

export const seconds = (ms: number): string => digits(ms / 1000)
export const times = (ratio: number): string => `${digits(ratio)} ×`
