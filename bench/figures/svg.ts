import { digits } from './numbers.ts'

/** A row of a bar chart: one bar a series; undefined: there is none. */
export interface Bars {
  readonly label: string
  readonly values: readonly (number | undefined)[]
  /** Whose chart it is. */
  readonly strong?: boolean
}

export interface Chart {
  readonly title: string
  /** Below the title: what the figures are. */
  readonly note: string
  readonly series: readonly string[]
  readonly rows: readonly Bars[]
}

const COLOURS = ['#2563eb', '#94a3b8', '#f59e0b'] as const
const [WIDTH, LEFT, RIGHT, TOP, BAR, GAP] = [760, 170, 70, 84, 13, 10] as const

/** Lying bars on a logarithmic scale of seconds, as an SVG that needs nothing: what takes ten times as long is always one step to the right. */
export function barChart({ title, note, series, rows }: Chart): string {
  const all = rows.flatMap(({ values }) => values).filter((value) => value !== undefined)
  const least = Math.floor(Math.log10(Math.min(...all)))
  const span = Math.max(1, Math.ceil(Math.log10(Math.max(...all))) - least)
  const x = (value: number) => LEFT + ((Math.log10(value) - least) / span) * (WIDTH - LEFT - RIGHT)
  const rowHeight = series.length * BAR + GAP
  const bottom = TOP + rows.length * rowHeight
  const ticks = Array.from({ length: span + 1 }, (_, index) => 10 ** (least + index))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 30}" width="${WIDTH}" font-family="system-ui, sans-serif" font-size="12" fill="#0f172a" role="img" aria-label="${escape(title)}">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(16, 26, title, 'font-size="16" font-weight="600"'),
    text(16, 46, note, 'fill="#475569"'),
    ...series.map((name, index) => `${rect(16 + index * 170, 58, 12, 12, colour(index))}${text(34 + index * 170, 68, name)}`),
    ...ticks.map((tick) => `<line x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${TOP - 4}" y2="${bottom}" stroke="#e2e8f0"/>${text(x(tick), bottom + 18, `${Number(tick.toPrecision(1))} s`, 'fill="#475569" text-anchor="middle"')}`),
    ...rows.flatMap(({ label, values, strong }, row) => {
      const top = TOP + row * rowHeight
      return [
        text(LEFT - 10, top + (series.length * BAR) / 2 + 4, label, `text-anchor="end"${strong ? ' font-weight="600"' : ''}`),
        ...values.flatMap((value, index) =>
          value === undefined ? [] : [rect(LEFT, top + index * BAR, Math.max(1, x(value) - LEFT), BAR - 2, colour(index)), text(x(value) + 6, top + index * BAR + BAR - 3, `${digits(value)} s`, 'font-size="11"')],
        ),
      ]
    }),
    '</svg>',
    '',
  ].join('\n')
}

const colour = (index: number) => COLOURS[index % COLOURS.length] ?? COLOURS[0]
const round = (value: number) => Math.round(value * 10) / 10
const rect = (x: number, y: number, width: number, height: number, fill: string) => `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="2" fill="${fill}"/>`
const text = (x: number, y: number, words: string, more = '') => `<text x="${round(x)}" y="${round(y)}"${more === '' ? '' : ` ${more}`}>${escape(words)}</text>`
const escape = (words: string) => words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
