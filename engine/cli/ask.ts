import { createInterface } from 'node:readline/promises'
import { StringDecoder } from 'node:string_decoder'
import type { HostContext } from '../host/context.ts'
import { err, ok, type Result } from '../values/result.ts'
import { Secret } from '../values/secret.ts'

/** Ctrl-C at a question before which nothing was done: it ends the command (130) from wherever it is asked. The message says what was not done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Asks for a secret on the terminal without showing it; or why there is no answer. @throws Interrupted at Ctrl-C, which is no signal while nothing is shown. */
export async function askSecret(prompt: string): Promise<Result<Secret, 'no-terminal' | 'no-answer'>> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) return err('no-terminal')
  stdin.setRawMode(true) // before the question: what is typed at once would be shown
  stderr.write(prompt)
  stdin.resume()
  let typed = ''
  const decoder = new StringDecoder() // a letter may come in two pieces
  return new Promise((resolve, reject) => {
    const end = () => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.off('data', read)
      stderr.write('\n')
    }
    const done = (answer: Result<Secret, 'no-answer'>) => {
      end()
      resolve(answer)
    }
    const read = (chunk: Buffer) => {
      for (const char of decoder.write(chunk)) {
        if (char === '\r' || char === '\n') return done(ok(new Secret(typed)))
        if (char === '\u0004') return done(err('no-answer'))
        if (char === '\u0003') {
          end()
          return reject(new Interrupted('no host was contacted'))
        }
        if (char === '\u007f' || char === '\b') typed = typed.slice(0, -1)
        else typed += char
      }
    }
    stdin.on('data', read)
  })
}

/** Asks a question that is answered by yes or no; anything else is no. Only where there is a terminal. @throws Interrupted at Ctrl-C. */
export async function askYes(question: string): Promise<boolean> {
  const word = await ask(`${question} [y/N] `)
  if (word === undefined) throw new Interrupted('nothing was written')
  return /^y(?:es)?$/i.test(word)
}

/** What is typed; '' at the end of the input. Undefined at Ctrl-C, which readline keeps from being a signal. */
async function ask(question: string): Promise<string | undefined> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const nothing = new Promise<string | undefined>((resolve) => {
    asking.once('close', () => resolve(''))
    asking.once('SIGINT', () => resolve(undefined))
  })
  const word = await Promise.race([asking.question(question), nothing])
  asking.close()
  return word?.trim()
}

/** `--step`: shows what a batch would do on a host and waits for the word. Questions come one at a time. */
export function askBeforeChanges(pause: <T>(work: () => Promise<T>) => Promise<T>): NonNullable<HostContext['confirm']> {
  /** What holds for all from here: yes after "all", no after Ctrl-C. */
  let forAll: boolean | undefined
  let last: Promise<unknown> = Promise.resolve()
  return (host, what) => {
    const answer = last.then(async () => {
      if (forAll !== undefined) return forAll
      return pause(async () => {
        const lines = what.flatMap(({ task, changes }) => changes.map((change) => `  ${task}: ${change}`))
        const word = (await ask(`${host}:\n${lines.join('\n')}\ndo it? [y]es, [n]o and stop this host, [a]ll from here: `))?.toLowerCase()
        if (word === undefined) {
          forAll = false
          process.emit('SIGINT', 'SIGINT')
        }
        if (word === 'a' || word === 'all') forAll = true
        return forAll ?? (word === 'y' || word === 'yes')
      })
    })
    last = answer.catch(() => {})
    return answer
  }
}
