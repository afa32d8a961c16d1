/**
 * `npm run docs`: writes the reference pages and the JSON Schemas from the code they describe. `npm test` fails when they are not up to date.
 * With `--check` nothing is written: it says what differs, and ends with 1.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { referencePages } from './reference.ts'

const check = process.argv.includes('--check')
const stale: string[] = []
for (const [file, text] of referencePages()) {
  const url = new URL(`../${file}`, import.meta.url)
  let now: string | undefined
  try {
    now = readFileSync(url, 'utf8')
  } catch {
    now = undefined
  }
  if (now === text) continue
  stale.push(file)
  if (check) continue
  mkdirSync(dirname(url.pathname), { recursive: true })
  writeFileSync(url, text)
}
console.log(stale.length === 0 ? 'the reference is up to date' : `${check ? 'out of date (npm run docs)' : 'written'}: ${stale.join(', ')}`)
if (check && stale.length > 0) process.exitCode = 1
