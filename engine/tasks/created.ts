import { z } from 'zod'
import { becomes } from '../facts/fact.ts'
import { digest, path, text } from '../facts/path.ts'
import { sha256 } from '../values/content.ts'
import { quoteAll } from '../values/quote.ts'
import { Account, Argv, Duration, RemotePath } from '../values/schema.ts'
import { change, run } from './change.ts'
import { fresh } from './ownership.ts'
import { defineTask } from './task.ts'

/**
 * Something that a command makes when it is not there. Unlike the action `command` with `creates`, it is planned, foretold and batched like
 * any other task.
 *
 * @example created({ path: '/etc/ssl/dhparam.pem', by: ['openssl', 'dhparam', '-out', '/etc/ssl/dhparam.pem', '2048'], timeout: '10m' })
 */
export const created = defineTask({
  name: 'created',
  doc: 'A path exists; when it does not, a command makes it. What is there is not looked into.',
  params: z.strictObject({
    path: RemotePath.describe('what the command makes'),
    by: Argv,
    directory: RemotePath.optional().describe('where it runs; default: /'),
    content: z.string().optional().describe('what will be in it, where that is known before: it is a file with this content then, for whoever asks in check mode'),
    user: Account.optional().describe('whom it runs as; the connection must be root for that'),
    timeout: Duration.prefault('5m'),
  }),
  title: (p) => p.path,
  facts: (p) => ({ now: path(p.path) }),
  plan(p, { now }) {
    if (now.kind !== 'absent') return []
    // What kind of thing it makes is not known before, unless that is said: so "other".
    const step = run(p.by, { timeout: Math.max(1, p.timeout), ...(p.directory !== undefined && { directory: p.directory }), ...(p.user !== undefined && { user: p.user }) })
    const bytes = p.content === undefined ? undefined : Buffer.from(p.content)
    const effects = bytes === undefined ? [becomes(path(p.path), { kind: 'other', ...fresh('0644') })] : [becomes(path(p.path), { kind: 'file', ...fresh('0644', bytes.length) }), becomes(text(p.path), { kind: 'bytes', bytes }), becomes(digest(p.path), sha256(bytes))]
    return [change(`make ${p.path} by ${quoteAll(p.by).slice(0, 120)}`, [step], effects, { touches: bytes === undefined ? ['path', 'digest', 'text'] : [] })]
  },
  state: (_, { now }) => now,
})
