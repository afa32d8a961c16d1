/** What stands at these shares (0.5 is the median; 1 the largest) of the values, rounded to a tenth; 0 where there are none. */
export function percentiles<K extends string>(values: readonly number[], shares: Readonly<Record<K, number>>): Record<K, number>
export function percentiles(values: readonly number[], shares: Readonly<Record<string, number>>): Record<string, number> {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, Math.round(at(share) * 10) / 10]))
}
