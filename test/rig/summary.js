import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// What `npm test` says in the end, of the tallies in a folder: the slowest files, each failure in full (whoever sees the end of a long output only needs it
// there), and the counts. Exit code 1 where a test failed, none ran or, with CI=true, one was left out.
const [, , folder = ''] = process.argv
/** @type {import('./tally.js').Tally[]} */
const tallies = readdirSync(folder).filter((name) => name.endsWith('.tally')).flatMap((name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  return text === '' ? [] : [JSON.parse(text)] // empty: it was ended before it could tell, and run.sh knows
})
const count = (...names) => tallies.flatMap(({ counts }) => names.map((name) => counts[name] ?? 0)).reduce((sum, each) => sum + each, 0)

const seconds = tallies.flatMap((each) => Object.entries(each.seconds)).sort(([, one], [, other]) => other - one)
console.log('the slowest files, in seconds:')
for (const [file, taken] of seconds.slice(0, 25)) console.log(`${taken.toFixed(1)} ${file}`)

for (const { file, name, why } of tallies.flatMap(({ failures }) => failures)) {
  console.log(`\n${file}\nfailed: ${name}\n${why.replace(/^/gm, '  ').slice(0, 8000)}`)
}

const [broken, skipped] = [count('fail', 'cancelled'), count('skipped', 'todo')]
console.log(`${count('pass')} passed, ${broken} failed, ${skipped} skipped`)
process.exitCode = broken > 0 || count('tests') === 0 || (process.env['CI'] === 'true' && skipped > 0) ? 1 : 0
