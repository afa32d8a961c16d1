/**
 * Draws what a command really printed as an SVG of a terminal: `script`'s typescript, or any text with ANSI colours, on standard input.
 *
 *   script -qec 'npm run demo' /dev/null | tsx docs/record.ts "npm run demo" > docs/demo.svg
 */
import { readFileSync } from 'node:fs'

const [title = ''] = process.argv.slice(2)
const COLORS: Readonly<Record<string, string>> = { '31': '#ff7b72', '32': '#7ee787', '33': '#e3b341', '34': '#79c0ff', '35': '#d2a8ff', '36': '#76e3ea', '90': '#8b949e', '2': '#8b949e' }
const [WIDTH, LINE] = [8.4, 18]

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A line as it stands when all is printed: what a carriage return or an erase took back is gone. */
function settled(line: string): string {
  const parts = line.split(/\r|\u001b\[\d*[KG]|\u001b\[\d*[ABCD]/)
  return [...parts].reverse().find((part) => part.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '').trim() !== '') ?? ''
}

function spans(line: string): { svg: string; columns: number } {
  let style = ''
  let columns = 0
  const svg = line
    .split(/(\u001b\[[\d;?]*[A-Za-z])/)
    .map((part) => {
      const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1]
      if (codes !== undefined) {
        const all = codes.split(';')
        const color = all.map((code) => COLORS[code]).find((each) => each !== undefined)
        const off = all.some((code) => code === '' || code === '0' || code === '39' || code === '22')
        style = off ? '' : `${color ? ` fill="${color}"` : ''}${all.includes('1') ? ' font-weight="bold"' : ''}`
        return ''
      }
      if (part.startsWith('\u001b')) return ''
      columns += part.length
      return part === '' ? '' : `<tspan${style}>${escape(part)}</tspan>`
    })
    .join('')
  return { svg, columns }
}

/** What a spinner drew last is gone from a screen, and only remembered in its log. */
const isSpinner = (line: string) => /^[\u2800-\u28ff]/.test(line.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '').trim())

const lines = readFileSync(0, 'utf8').replaceAll('\r\n', '\n').split('\n').map(settled).filter((line) => !isSpinner(line)).map(spans)
while (lines.at(-1)?.columns === 0) lines.pop()
const width = Math.ceil(Math.max(80, ...lines.map(({ columns }) => columns)) * WIDTH) + 32
const height = (lines.length + 3) * LINE
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3" xml:space="preserve">
<text x="16" y="28"><tspan fill="#8b949e">$ </tspan><tspan font-weight="bold">${escape(title)}</tspan></text>
${lines.map(({ svg }, index) => `<text x="16" y="${28 + (index + 1) * LINE}">${svg}</text>`).join('\n')}
</g>
</svg>`)
