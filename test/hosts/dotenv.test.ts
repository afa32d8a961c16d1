/** The reader of dotenv documents, judged by the real Compose: it reads the same, or refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { readDotenv } from '../../engine/secrets/dotenv.ts'
import { envFile } from '../../engine/values/env-file.ts'
import { ensureOn, onHost } from '../rig/lab-host.ts'
import { directory, file } from '../../engine/index.ts'

const HOST = 'lab1'
const AT = '/srv/hw-dotenv'

const Config = z.object({ services: z.record(z.string(), z.object({ environment: z.record(z.string(), z.string()).default({}) })) })

/** What Compose reads in each of these documents: all in one project, a service each. @throws when it refuses one, with what it says. */
async function compose(documents: readonly string[]): Promise<Record<string, string>[]> {
  const services = Object.fromEntries(documents.map((_, n) => [`s${n}`, { image: 'x', env_file: [`${AT}/${n}.env`] }]))
  await ensureOn(HOST, [
    directory({ path: AT }),
    ...documents.map((document, n) => file({ path: `${AT}/${n}.env`, content: document, mode: '0600' })),
    file({ path: `${AT}/compose.yml`, content: JSON.stringify({ name: 'x', services }), mode: '0600' }),
  ])
  // A clean environment: the shell's would fill in what a document leaves open.
  const script = 'cd "$1" && env -i PATH="$PATH" HOME=/nonexistent docker compose -f compose.yml config --format json; e=$?; rm -rf "$1"; exit $e'
  const read = Config.parse(JSON.parse(onHost(HOST, ['sh', '-c', script, 'sh', AT]))).services
  return documents.map((_, n) => Object.fromEntries(Object.entries(read[`s${n}`]?.environment ?? {}).map(([key, value]) => [key, value.replaceAll('$$', '$')])))
}

/** Whether our reader takes it, and the document. */
const table: readonly (readonly [read: boolean, document: string])[] = [
  [true, 'A=1'],
  [true, 'A=1\nB=2\n'],
  [true, '\n  \n# comment\n  # another\nA=1\n'],
  [true, 'A=\nB=2'],
  [true, 'A=\n'],
  [true, 'A = spaced out  \n'],
  [true, 'export A=1\nexport  B="2"\n'],
  [true, 'A=x # comment\nB=y#z\nC=a # b # c\n'],
  [true, 'A=it\'s "fine" here\n'],
  [true, 'A=a=b=c\nB==\n'],
  [true, 'A=`x` !%^&*()[]{}<>?,.;:|~\n'],
  [true, "A='a$b ${c} # d'\nB='x\\y' # comment\n"],
  [true, "A='two\nlines'\nB=1"],
  [true, 'A="a b # c"   # comment\nB="x"#comment\n'],
  [true, 'A="say \\"hi\\" \\$5 \\\\ \\n \\t \\r."\n'],
  [true, 'A="-----BEGIN KEY-----\nMIIabc+/=\n-----END KEY-----\n"\nB=1\n'],
  [true, 'A=""\nB=\'\'\n'],
  [true, 'A=1\r\n\r\n# x\r\nB="2"\r\nC=\'3\' # y\r\nD=4 # z\r\n'],
  [true, 'A=1\r\nB=2\r'],
  [true, 'A="1"\r\n# x\r'],
  [true, "\ufeffA='1' # y\r"],
  [true, '\ufeff# x\nA=1\n\r'],
  [false, 'C="x\r\ny"\r\n'],
  [true, 'A=é😀 ü\n'],
  [true, "A=\"it's\"\nB='say \"hi\"'\n"],
  [false, 'A=$B\n'],
  [false, 'A=a$$b\n'],
  [false, 'A="a$b"\n'],
  [false, 'A="a${B:-c}"\n'],
  [false, 'A= # comment\n'],
  [false, 'A=a\\b\n'],
  [false, 'A="a\\qb"\n'],
  [false, 'A="a\\x41"\n'],
  [false, "A='it\\'s'\n"],
  [false, "A='a\\\\b'\n"],
  [false, 'A="open\n'],
  [false, "A='open\n"],
  [false, 'A="x"y\n'],
  [false, 'A="x" B="y"\n'],
  [false, 'A\n'],
  [false, 'A: yaml\n'],
  [false, 'A.B=1\n'],
  [false, '1A=1\n'],
  [false, 'A B=1\n'],
  [false, 'export A\n'],
  [false, 'export=5\n'],
  [false, 'export =1\n'],
  [false, 'A=1\nA=2\n'],
  [false, 'A=a\tb\n'],
  [false, 'A="x\ry"\n'],
  [false, '=x\n'],
]

test('documents by hand: read as Compose reads them, or refused', { timeout: 120_000 }, async () => {
  for (const [reads, document] of table) assert.equal(readDotenv(document).ok, reads, JSON.stringify(document))
  await readAlike(table.flatMap(([reads, document]) => (reads ? [document] : [])))
})

test('fault 77: whatever our reader takes, Compose reads alike', { timeout: 120_000 }, async () => {
  const piece = fc.constantFrom('A=', 'B=', 'export C=', '"', "'", '\\', '$', '#', ' #', ' ', '\n', '\n', '\\n', '\\"', '\\$', '=', 'x', 'é', 'word', '\t', '{', '}', '`')
  const any = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => `A=${pieces.join('')}`)
  const ours = fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.string({ unit: fc.constantFrom('\\', '"', '$', '\n', '\r', '\t', "'", '`', '#', '=', '{', ' ', 'n', 'é', '😀') }), { noNullPrototype: true }).map((values) => envFile(values).text ?? '')
  const taken = (documents: readonly string[]) => documents.filter((document) => readDotenv(document).ok)
  const documents = [...new Set([...taken(fc.sample(any, { numRuns: 6000, seed: 7 })).slice(0, 250), ...fc.sample(ours, { numRuns: 50, seed: 7 })])]
  assert.ok(documents.length > 150, String(documents.length))
  await readAlike(documents)
})

/** Our reader takes every one of these, and reads in it what Compose reads. */
async function readAlike(documents: readonly string[]): Promise<void> {
  const theirs = await compose(documents)
  for (const [n, document] of documents.entries()) {
    const read = readDotenv(document)
    assert.ok(read.ok, JSON.stringify(document))
    assert.deepEqual(Object.fromEntries(read.value), theirs[n], JSON.stringify(document))
  }
}
