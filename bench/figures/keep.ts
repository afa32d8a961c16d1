import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const RESULTS = new URL('../results/', import.meta.url)
const PAGE = new URL('../../docs/performance.md', import.meta.url)

/**
 * Keeps a result: as JSON, as a table in Markdown, and in its place in docs/performance.md, so that the page says what was measured.
 * `above`: what stands above the table on that page alone.
 */
export function keep(name: string, result: object, table: string, above = ''): void {
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify(result, null, 2)}\n`)
  writeFileSync(new URL(`${name}.md`, RESULTS), table)
  if (existsSync(PAGE)) writeFileSync(PAGE, filled(readFileSync(PAGE, 'utf8'), name, above + table))
}

/** The page with this table where `<!-- bench:name -->` says, up to `<!-- end -->`. */
export function filled(page: string, name: string, table: string): string {
  const place = new RegExp(`(<!-- bench:${name} -->\n)[^]*?(<!-- end -->)`)
  if (!place.test(page)) throw new Error(`the page has no place for ${name}`)
  return page.replace(place, (_, begin: string, end: string) => `${begin}\n${table.trim()}\n\n${end}`)
}
