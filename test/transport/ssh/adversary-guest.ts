import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { path } from '../../../engine/facts/path.ts'
import { connectSsh } from '../../../engine/transport/ssh/connect.ts'
import { ShellLink } from '../../../engine/transport/shell/link.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { act, steps } from '../shell/acts.ts'

// Logs in, looks, and writes a file, as a run does; once for each line of stdin: FILE LINES PATIENCE, how many lines it has, and how many
// milliseconds an answer is waited for. Tells on stdout what came of it, and what memory it held at most. In a process of its own, which its parent
// can end should it hang.
//
//   node --import tsx adversary-guest.ts PORT KEY HOME

const [, , port = '', privateKeyFile = '', home = ''] = process.argv

/** A look and an act may take minutes; an answer that does not come is told earlier here, and what was begun is ended all the same. */
const within = <T>(patience: number, answer: Promise<T>): Promise<T | undefined> => Promise.race([answer, setTimeout(patience, undefined, { ref: false })])

/** How far it came, and why no further. */
async function visit(file: string, lines: number, patience: number): Promise<readonly [reached: string, why: string]> {
  const connected = await connectSsh({
    host: 'adversary', address: '127.0.0.1', port: Number(port), user: 'root', privateKeyFile, knownHostsFiles: [`${home}/known_hosts`], acceptNew: true,
    sshConfigFile: 'none', connectTimeoutMs: 1000, env: { home, user: 'root' },
  })
  if (!connected.ok) return ['nowhere', `${connected.error.reason}: ${connected.error.message}`]
  const opened = await ShellLink.open(connected.connection, { deadline: 2000 })
  if (!opened.ok) return ['login', `${opened.error.reason}: ${opened.error.message}`]
  const { link } = opened
  try {
    const looked = await within(patience, link.look([path(file)]))
    if (looked === undefined) return ['waits', 'looks']
    if (looked.kind === 'lost') return ['shell', looked.error.message]
    // Secret, for that is not packed: it is to be longer than a window.
    const content = { ...contentOf('as it should be\n'.repeat(lines)), secret: true }
    const acted = await within(patience, act(link, [steps({ kind: 'write', path: file, content, mode: '0644' })]))
    if (acted === undefined) return ['unknown', 'waits']
    if (acted.kind === 'done') return ['done', '']
    return [acted.kind === 'lost' ? 'unknown' : acted.kind, acted.kind === 'lost' ? acted.error.message : '']
  } finally {
    await link.close()
  }
}

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now()
  const [file = '', lines, patience] = line.split(' ')
  const [reached, why] = await visit(file, Number(lines), Number(patience)).catch((error: unknown) => ['threw', String(error)] as const)
  console.log(JSON.stringify({ reached, why, ms: Math.round(performance.now() - began), mb: Math.round(process.resourceUsage().maxRSS / 1024) }))
}
