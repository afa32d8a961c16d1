import { createInterface } from 'node:readline/promises'
import { StringDecoder } from 'node:string_decoder'
import type { HostContext } from '../host/context.ts'
import { Secret } from '../values/secret.ts'

/** Asks for a secret on the terminal without showing it; undefined where there is no terminal. */
export async function askSecret(prompt: string): Promise<Secret | undefined> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) return undefined
  stdin.setRawMode(true) // before the question: what is typed at once would be shown
  stderr.write(prompt)
  stdin.resume()
  let typed = ''
  const decoder = new StringDecoder() // a letter may come in two pieces
  return new Promise((resolve) => {
    const done = (value: Secret | undefined) => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.off('data', read)
      stderr.write('\n')
      resolve(value)
    }
    const read = (chunk: Buffer) => {
      for (const char of decoder.write(chunk)) {
        if (char === '\r' || char === '\n') return done(new Secret(typed))
        if (char === '\u0003' || char === '\u0004') return done(undefined)
        if (char === '\u007f' || char === '\b') typed = typed.slice(0, -1)
        else typed += char
      }
    }
    stdin.on('data', read)
  })
}

/** Asks a question that is answered by yes or no; anything else is no. Only where there is a terminal. */
export async function askYes(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  // The end of the input is no answer, and no yes.
  const word = await Promise.race([asking.question(`${question} [y/N] `), new Promise<string>((resolve) => void asking.once('close', () => resolve('')))])
  asking.close()
  return /^y(?:es)?$/i.test(word.trim())
}

/** `--step`: shows what a batch would do on a host and waits for the word. Questions come one at a time. */
export function askBeforeChanges(pause: <T>(work: () => Promise<T>) => Promise<T>): NonNullable<HostContext['confirm']> {
  let all = false
  let last: Promise<unknown> = Promise.resolve()
  return (host, what) => {
    const answer = last.then(async () => {
      if (all) return true
      return pause(async () => {
        const question = createInterface({ input: process.stdin, output: process.stderr })
        const lines = what.flatMap(({ task, changes }) => changes.map((change) => `  ${task}: ${change}`))
        const word = (await question.question(`${host}:\n${lines.join('\n')}\ndo it? [y]es, [n]o and stop this host, [a]ll from here: `)).trim().toLowerCase()
        question.close()
        all ||= word === 'a' || word === 'all'
        return all || word === 'y' || word === 'yes'
      })
    })
    last = answer.catch(() => {})
    return answer
  }
}
