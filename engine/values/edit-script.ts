/** A stretch of two texts: `kept` lines are in both, then `removed` ones of the old give way to `added` ones of the new. */
export interface Edit {
  readonly kept: number
  readonly removed: number
  readonly added: number
}

/** Past so many lines removed and added, the middle counts as replaced whole: the exact answer would cost the square of it. */
const MOST_EDITS = 2000

/**
 * The shortest way from one list of lines to the other (Myers 1986: "An O(ND) Difference Algorithm and Its Variations"). What
 * both begin and end with is set aside first, which is most of a config file.
 */
export function editScript(before: readonly string[], after: readonly string[]): Edit[] {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1

  const old = before.slice(head, before.length - tail)
  const now = after.slice(head, after.length - tail)
  const middle = shortest(old, now) ?? [{ kept: 0, removed: old.length, added: now.length }]
  return joined([{ kept: head, removed: 0, added: 0 }, ...middle, { kept: tail, removed: 0, added: 0 }])
}

/**
 * `reach[k]` is how far down the old lines one gets on diagonal k (old - new) with so many edits; a copy of it for each number
 * of edits leads the way back.
 */
function shortest(old: readonly string[], now: readonly string[]): Edit[] | undefined {
  const most = Math.min(old.length + now.length, MOST_EDITS)
  const reach = new Int32Array(2 * most + 3)
  const zero = most + 1
  const steps: Int32Array[] = []
  for (let edits = 0; edits <= most; edits += 1) {
    steps.push(reach.slice(zero - edits - 1, zero + edits + 2))
    for (let k = -edits; k <= edits; k += 2) {
      const below = reach[zero + k - 1] ?? 0
      const above = reach[zero + k + 1] ?? 0
      let x = k === -edits || (k !== edits && below < above) ? above : below + 1
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1
      reach[zero + k] = x
      if (x >= old.length && x - k >= now.length) return wayBack(steps, old.length, now.length)
    }
  }
  return undefined
}

function wayBack(steps: readonly Int32Array[], oldLength: number, newLength: number): Edit[] {
  const edits: Edit[] = []
  let x = oldLength
  let y = newLength
  for (let d = steps.length - 1; d > 0; d -= 1) {
    const k = x - y
    const reached = (diagonal: number): number => steps[d]?.[diagonal + d + 1] ?? 0
    const added = k === -d || (k !== d && reached(k - 1) < reached(k + 1))
    const from = added ? reached(k + 1) : reached(k - 1)
    const after = added ? from : from + 1
    edits.push({ kept: x - after, removed: 0, added: 0 }, added ? { kept: 0, removed: 0, added: 1 } : { kept: 0, removed: 1, added: 0 })
    x = from
    y = from - (added ? k + 1 : k - 1)
  }
  edits.push({ kept: x, removed: 0, added: 0 })
  return edits.reverse()
}

/** Neighbours put together, so that each edit but the last changes something and no two touch. */
function joined(edits: readonly Edit[]): Edit[] {
  const out: Edit[] = []
  for (const edit of edits) {
    const last = out.at(-1)
    const changes = last !== undefined && last.removed + last.added > 0
    if (last !== undefined && (edit.kept === 0 || !changes)) {
      out[out.length - 1] = { kept: last.kept + edit.kept, removed: last.removed + edit.removed, added: last.added + edit.added }
    } else out.push(edit)
  }
  return out
}
