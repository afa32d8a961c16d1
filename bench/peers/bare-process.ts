/**
 * `tsx bare-process.ts JOB.json`: asks every host of the job one thing over ssh2, a hundred at once, and says what they changed. No engine: the
 * least that a program in Node pays for it. It logs in as fast as ssh2 can (the key first, no Nagle), and checks the host's key.
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import pLimit from 'p-limit'
import ssh2 from 'ssh2'
import type { Target } from '../hosts/target.ts'
import type { Ask } from './bare.ts'

const job: readonly { readonly target: Target; readonly ask: Ask }[] = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const files = new Map<string, string>()
const read = (path: string): string => {
  const text = files.get(path) ?? readFileSync(path, 'utf8')
  files.set(path, text)
  return text
}
const began = Date.now()

async function ask({ name, address, port, user, privateKeyFile, knownHostsFile }: Target, { command, stdin, expect }: Ask): Promise<number | undefined> {
  const client = new ssh2.Client()
  const known = read(knownHostsFile)
  const stdout = await new Promise<string>((resolve, reject) => {
    client.on('error', reject)
    client.on('ready', () =>
      client.exec(command, (error, channel) => {
        if (error) return reject(error)
        let [out, err] = ['', '']
        channel.on('data', (bytes: Buffer) => (out += bytes.toString()))
        channel.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()))
        channel.on('close', (code: number | undefined) => (code === 0 ? resolve(out) : reject(new Error(`${name}: ${command.slice(0, 60)} ended with ${code}: ${err}`))))
        return channel.end(stdin)
      }),
    )
    client.connect({
      sock: connect({ host: address, port, noDelay: true }),
      username: user,
      readyTimeout: 120_000,
      privateKey: read(privateKeyFile),
      authHandler: ['publickey'],
      algorithms: { serverHostKey: ['ssh-ed25519'], cipher: ['aes256-gcm@openssh.com'] },
      hostVerifier: (key: Buffer) => known.includes(key.toString('base64')),
    })
  })
  client.end()
  if (expect !== undefined && stdout !== expect) throw new Error(`${name} is not as it should be:\n${stdout.slice(0, 500)}`)
  return expect === undefined && stdout !== '' ? Number(stdout) : undefined
}

// Of a thousand at once some would not be let in before sshd gives them up, after two minutes.
const limit = pLimit(100)
const answers = await Promise.all(job.map((each) => limit(() => ask(each.target, each.ask))))
const changed = answers.reduce<number | undefined>((sum, each) => (each === undefined ? sum : (sum ?? 0) + each), undefined)
console.log(JSON.stringify({ began, ...(changed !== undefined && { changed }) }))
