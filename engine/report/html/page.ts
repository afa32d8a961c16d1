import { createHash } from 'node:crypto'
import { printDiagnostic } from '../../diagnostic/print.ts'
import type { Recap } from '../event.ts'
import type { EventOf } from '../handlers.ts'
import { taskName } from '../text/task.ts'
import { verdict } from '../text/verdict.ts'
import { count, duration, sentence } from '../text/words.ts'
import { hostSection, type HostEvent } from './host.ts'
import { html, Markup } from '../markup.ts'
import { STYLE } from './style.ts'

/** Everything the page tells. */
export interface Run {
  readonly run: EventOf<'run'>
  readonly recap: Recap | undefined
  /** Failures, hosts that could not be reached, plays given up, a plan that does not hold: what a reader must see first. */
  readonly troubles: readonly EventOf<'failure' | 'unreachable' | 'play-stopped' | 'plan' | 'interrupted' | 'bug' | 'warning'>[]
  /** Tasks whose outcome is not known, as `hostTask` names them. */
  readonly unknown: ReadonlySet<string>
  readonly hosts: ReadonlyMap<string, readonly HostEvent[]>
}

/** One page that needs nothing else: the policy allows its own style, by digest, and nothing besides. */
export function page(report: Run): string {
  const { run, recap } = report
  const check = run.mode === 'check'
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${run.playbook}${check ? ' (check)' : ''}: ${outcome(recap)}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>${run.playbook}</h1>
<p class="dim">${count(run.hosts.length, 'host')}, inventory ${run.inventory.join(', ')}, begun ${run.at}${recap && `, took ${duration(recap.ms)}`}, hostwright ${run.version}</p>
${check ? html`<p class="check">CHECK: nothing was changed</p>` : ''}
${recap ? verdict(recap).map((line) => html`<p>${line}</p>\n`) : html`<p class="failed">The run did not come to its end.</p>`}
</header>
${report.troubles.length > 0 ? html`<section><h2>What needs attention</h2>\n${worstFirst(report.troubles).map((event) => trouble(event, report.unknown))}</section>` : ''}
${recap ? html`<section><h2>Recap</h2><div class="wide">${table(recap)}</div></section>` : ''}
<section><h2>Hosts</h2>
${[...report.hosts].map(([host, events]) => html`${hostSection(host, events, check)}\n`)}</section>
</body>
</html>
`.text
}

export const hostTask = (event: { host: string; role: string; task: string }): string => [event.host, taskName(event)].join('\n')

function outcome(recap: Recap | undefined): string {
  return recap === undefined ? 'not finished' : (verdict(recap)[0] ?? '')
}

const ORDER: readonly string[] = ['bug', 'plan', 'failure', 'unreachable', 'play-stopped', 'interrupted', 'warning']

function worstFirst(troubles: Run['troubles']): Run['troubles'] {
  return [...troubles].sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
}

function trouble(event: Run['troubles'][number], unknown: ReadonlySet<string>): Markup {
  switch (event.type) {
    case 'warning':
      return html`<article class="warning"><strong>Warning</strong> ${event.message}</article>\n`
    case 'interrupted':
      return html`<article class="warning"><strong>Interrupted</strong> by ${event.signal}</article>\n`
    case 'bug':
      return html`<article><strong>Bug in the engine</strong> ${event.message}<pre>${event.stack}</pre></article>\n`
    case 'play-stopped':
      return html`<article><strong>Play ${event.play} was given up</strong> ${event.message}${event.notStarted.length > 0 ? html`<p>Not started: ${event.notStarted.join(', ')}</p>` : ''}</article>\n`
    case 'plan':
      return html`<article><strong>${sentence(event.status.replaceAll('-', ' '))}</strong> ${event.file}: ${event.message}${event.differences.map((each) => html`<p><strong>${each.host}</strong> ${taskName(each)}: ${each.message}</p>\n`)}</article>\n`
    case 'unreachable':
      return html`<article><strong>${event.host}</strong> <span class="unreachable">${event.reason}</span> ${event.message}${event.hint && html`<p>${event.hint}</p>`}</article>\n`
    case 'failure': {
      const known = !unknown.has(hostTask(event))
      return html`<article class="${known ? 'failed' : 'unknown'}"><a href="#host-${event.host}"><strong>${event.host}</strong></a> ${taskName(event)} <span class="dim">${known ? '' : 'not known: '}${event.reason}</span>
<p>${event.message}</p>${block('where', event.place && printDiagnostic({ message: '', at: event.place }))}${block('output', event.output)}${block('stands', event.stands)}${event.hint && html`<p>${event.hint}</p>`}</article>\n`
    }
  }
}

function block(label: string, text: string | undefined): Markup | undefined {
  return text === undefined ? undefined : html`<pre><span class="at">${label}</span>\n${text.replace(/\s+$/, '')}</pre>`
}

const COLUMNS = ['ok', 'changed', 'failed', 'rescued', 'skipped', 'unknown', 'unreachable', 'roundTrips'] as const

function table(recap: Recap): Markup {
  const titles = COLUMNS.map((column) => (column === 'roundTrips' ? 'turns' : column === 'changed' && recap.mode === 'check' ? 'would change' : column))
  const rows = Object.entries(recap.hosts).map(
    ([name, host]) =>
      html`<tr><td><a href="#host-${name}">${name}</a></td>${COLUMNS.map((column) => html`<td class="${host[column] === 0 ? 'zero' : column}">${host[column]}</td>`)}</tr>\n`,
  )
  return html`<table><tr><th>host</th>${titles.map((title) => html`<th>${title}</th>`)}</tr>\n${rows}</table>`
}
