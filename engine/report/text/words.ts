/** "1 host", "2 hosts". */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** "1 of 3 hosts"; "all 3 hosts"; "the host", where there is only one. */
export function share(n: number, all: number, noun: string): string {
  if (all === 1) return `the ${noun}`
  return n === all ? `all ${count(all, noun)}` : `${n} of ${count(all, noun)}`
}

/** "lab1, lab2, lab3 and 7 more". */
export function list(names: readonly string[], most = 8): string {
  if (names.length <= most + 1) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

/** "850 ms", "4.2 s", "3 min 07 s", "1 h 02 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/** "512 B", "1.5 kB", "2.0 MB". */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`
  return n < 999_950 ? `${(n / 1000).toFixed(1)} kB` : `${(n / 1_000_000).toFixed(1)} MB`
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const two = (n: number): string => String(n).padStart(2, '0')
