import { spawn } from 'node:child_process'
import { quoteAll } from '../../engine/values/quote.ts'
import { needs } from './needs.ts'
import type { Said } from './watched.ts'

export interface AtTerminal {
  /** What is typed, with Enter, the moment a question stands there. */
  readonly answers?: Readonly<Record<string, string>>
  /** A command with its words that runs all of it, such as strace. */
  readonly under?: readonly string[]
  /** After so many seconds it is ended. Default: 120. */
  readonly seconds?: number
}

/** Runs a command in the checkout on a terminal of its own, 100 columns wide. All that the terminal was told is in `stdout`: also what was typed, where that is shown. */
export function onTerminal(argv: readonly string[], { answers = {}, under = [], seconds = 120 }: AtTerminal = {}): Promise<Said> {
  const line = `stty cols 100 rows 40; exec ${quoteAll(argv)}`
  // As a terminal is that somebody sits at: it shows what is typed, until the program says otherwise.
  const [program = '', ...words] = [...under, needs('script', 'bsdutils'), '--quiet', '--return', '--flush', '--echo', 'always', '--command', line, '/dev/null']
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'pipe', cwd: new URL('../..', import.meta.url), timeout: seconds * 1000, killSignal: 'SIGKILL', env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color' } })
    const chunks: Buffer[] = []
    const open = new Map(Object.entries(answers))
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (open.size === 0) return
      const shown = Buffer.concat(chunks).toString()
      for (const [question, answer] of open)
        if (shown.includes(question)) {
          open.delete(question)
          child.stdin.write(`${answer}\r`)
        }
    })
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.stdin.on('error', () => {})
    child.on('error', reject)
    child.on('close', (code) => {
      if (open.size > 0) reject(new Error(`it never asked "${[...open.keys()].join('", "')}": ${Buffer.concat(chunks).toString().slice(-2000)}`))
      else resolve({ code: code ?? 137, stdout: Buffer.concat(chunks).toString(), stderr })
    })
  })
}

/** The same text as it stands on a screen that is wide enough: no movements of the cursor, no lines that were broken to fit. */
export const unbroken = (text: string): string => text.replace(/\x1b\[[\d;?]*[A-Za-z]/g, '').replace(/\r?\n[ \t]*/g, '')
