/**
 * `npm run bench`: by itself the comparison with others, on ten lab hosts. What else there is:
 *
 *   npm run bench [-- --engines … --hosts … --rounds …]   the same work by every engine                 peers.ts
 *   npm run bench -- 10 11                                10 hosts, 11 rounds: above the bare connection   ratio.ts
 *   npm run bench -- distance                             turns, and seconds far away                    distance.ts
 *   npm run bench -- width                                10, 100, 1,000 hosts                           width.ts
 *   npm run bench -- work                                 one change in a hundred, many files, a big one, the playbooks   work.ts
 *   npm run bench -- start                                until something is seen                        start.ts
 *
 * The flags of each stand at the head of its file; results go to bench/results/.
 */
const [first = '', ...rest] = process.argv.slice(2)
process.on('uncaughtException', (error) => {
  // Of an error during the cleaning up Node would not tell what it was about, nor what had failed before.
  const all = error instanceof Error && 'suppressed' in error && 'error' in error ? [error.suppressed, error.error] : [error]
  for (const each of all) console.error(each)
  process.exit(1)
})
if (/^\d+$/.test(first)) await (await import('./ratio.ts')).ratio(Number(first), Number(rest[0] ?? 7), rest[1] ?? 'lab')
else if (first === 'distance') await (await import('./distance.ts')).distance(rest)
else if (first === 'width') await (await import('./width.ts')).width(rest)
else if (first === 'work') await (await import('./work.ts')).work(rest)
else if (first === 'start') await (await import('./start.ts')).start(rest)
else await (await import('./peers.ts')).peers(process.argv.slice(2))
