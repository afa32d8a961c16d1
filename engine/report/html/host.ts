import type { SafeguardStatus, ShownDiff } from '../event.ts'
import type { EventOf } from '../handlers.ts'
import { taskName } from '../text/task.ts'
import { count, duration } from '../text/words.ts'
import { html, type Markup } from '../markup.ts'

/** What the timeline of a host is made of. */
export type HostEvent = EventOf<'task' | 'failure' | 'note' | 'safeguard' | 'rescued' | 'unreachable'>

/** A host: what it did, in order, with the tasks that found nothing to do folded away where they stand in a row. */
export function hostSection(host: string, events: readonly HostEvent[], check: boolean): Markup {
  const tasks = events.filter((event) => event.type === 'task')
  const open = !events.every(quiet)
  const rows = groups(events).map((group) => (group.length > 2 && group.every(quiet) ? folded(group, check) : group.map((event) => row(event, check))))
  return html`<details ${open ? html`open` : ''} id="host-${host}"><summary><strong>${host}</strong> <span class="dim">${count(tasks.length, 'task')}</span></summary><ol>${rows}</ol></details>`
}

/** Neighbours that are all quiet, or not, together. */
function groups(events: readonly HostEvent[]): HostEvent[][] {
  const out: HostEvent[][] = []
  for (const event of events) {
    const last = out.at(-1)
    if (last?.[0] !== undefined && quiet(last[0]) === quiet(event)) last.push(event)
    else out.push([event])
  }
  return out
}

const quiet = (event: HostEvent): boolean => event.type === 'task' && (event.status === 'ok' || event.status === 'skipped')

function folded(events: readonly HostEvent[], check: boolean): Markup {
  return html`<li><details><summary class="dim">${count(events.length, 'task')} with nothing to do</summary><ol>${events.map((event) => row(event, check))}</ol></details></li>`
}

function row(event: HostEvent, check: boolean): Markup {
  if (event.type === 'note') return html`<li><span class="badge dim">note</span> ${event.role}: ${event.text}</li>`
  if (event.type === 'safeguard') return html`<li><span class="badge ${GUARD_BADGES[event.status]}">${event.status}</span> ${event.safeguard}: ${event.message}</li>`
  if (event.type === 'rescued') return html`<li><span class="badge rescued">rescued</span> ${taskName(event)}</li>`
  if (event.type === 'unreachable' || event.type === 'failure') return html`<li><span class="badge failed">${event.reason}</span> ${event.message}</li>`
  const lead = event.status === 'unknown' ? 'not known: ' : check ? 'would ' : ''
  const changes = event.changes.map((change) => html`<li>${lead}${change}</li>`)
  return html`<li><span class="badge ${event.status}">${event.status}</span> ${taskName(event)} <span class="dim">${duration(event.ms)}${event.why === undefined ? '' : `, ${event.why}`}</span>${
    changes.length > 0 ? html`<ul>${changes}</ul>` : ''
  }${(event.diffs ?? []).filter(({ text }) => text !== '').map(diff)}</li>
`
}

const GUARD_BADGES = { armed: 'dim', cancelled: 'ok', 'putting-back': 'unknown', 'put-back': 'unknown', 'not-put-back': 'failed', unknown: 'failed' } satisfies Record<SafeguardStatus, string>

function diff({ name, text }: ShownDiff): Markup {
  const lines = text.trimEnd().split('\n').map((line) => {
    if (line.startsWith('--- ') || line.startsWith('+++ ') || line.startsWith('@@')) return html`<span class="at">${line}</span>\n`
    if (line.startsWith('+')) return html`<span class="add">${line}</span>\n`
    return line.startsWith('-') ? html`<span class="del">${line}</span>\n` : html`${line}\n`
  })
  return html`<details><summary class="dim">diff of ${name}</summary><pre>${lines}</pre></details>`
}
