import { makeSink } from '../../engine/report/sink.ts'

// Writes more than a pipe holds, to a reader that stops reading: see sink.test.ts.
const out = makeSink(process.stdout)
for (let n = 0; n < 2000; n += 1) {
  out.write(`${'x'.repeat(1000)}\n`)
  if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
}
await out.flush()
process.stderr.write('came to the end\n')
