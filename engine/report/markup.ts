/** Text that is HTML already. Made by {@link html} only, so that nothing else can pass for it. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Part = string | number | Markup | readonly Part[] | undefined

/**
 * HTML with holes: what is put in is escaped, unless it is HTML made here. Forgetting to escape is not possible.
 *
 * @example html`<td>${host}</td>`
 */
export function html(text: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(text.map((piece, n) => piece + render(parts[n])).join(''))
}

function render(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string') return escapeMarkup(part)
  return typeof part === 'number' ? String(part) : part.map(render).join('')
}

/** For text and attributes of HTML and XML alike. Lone surrogates, which neither can hold, become the replacement character. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']|\p{Surrogate}|[\ufffe\uffff]/gu, (char) => ENTITIES.get(char) ?? '\ufffd')
}

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])
