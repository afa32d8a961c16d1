/** The longest that a timer of Node can wait: 24 days. Of more it makes a millisecond. */
const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds, as a timer can wait them. */
export const timerMs = (ms: number): number => Math.min(ms, LONGEST_MS)
