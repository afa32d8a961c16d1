import { Writable } from 'node:stream'
import type { Ora } from 'ora'
import { Activity } from './activity.ts'
import type { Reporter } from './event.ts'
import { makeReporter } from './handlers.ts'
import type { TextOptions } from './plain.ts'
import type { Out } from './sink.ts'
import { createText } from './text/text.ts'

/**
 * For a person at a terminal: the text in colour, and beneath it, while something is under way, one line that says what.
 * `spinner: false` leaves that line out, for runs that ask questions in between; so does an `out` that is no terminal.
 */
export function createTtyReporter(options: TextOptions & { readonly spinner?: boolean }): Reporter {
  const { out } = options
  const text = createText({ ...options, columns: () => out.columns, changes: 'aligned' })
  const activity = new Activity()
  const screen = new Screen(out)
  let spinner: Ora | undefined
  let over = false

  const spin = async (): Promise<void> => {
    const { default: ora } = await import('ora')
    // Its input is left alone: Ctrl-C must stay a signal.
    if (!over) spinner = ora({ stream: screen, isEnabled: true, discardStdin: false, color: options.color ? 'cyan' : false })
    follow()
  }
  const follow = (): void => {
    if (spinner === undefined) return
    const now = activity.text(out.columns - 4)
    if (now === '') return void spinner.stop()
    spinner.text = now
    if (!spinner.isSpinning) spinner.start()
  }
  const stop = (): void => {
    over = true
    spinner?.stop()
    spinner = undefined
  }
  // Whatever a spinner may trip over, a run goes well without one.
  const loaded = out.isTTY && options.spinner !== false ? spin().catch(stop) : Promise.resolve()

  return makeReporter(
    (event) => {
      if (event.type === 'recap' || event.type === 'bug') stop()
      activity.add(event)
      const said = text(event)
      if (said !== '') screen.write(said)
      follow()
    },
    async () => {
      stop()
      await loaded
      await out.flush()
    },
  )
}

/**
 * The sink as the stream that ora wants: what it draws is redacted like everything else. While it spins, ora takes hold of
 * `write`, so that lines written in between push the spinner down instead of mixing with it.
 */
class Screen extends Writable {
  readonly isTTY = true
  readonly #out: Out

  constructor(out: Out) {
    super({ decodeStrings: false })
    this.#out = out
  }
  get columns(): number {
    return this.#out.columns
  }
  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.#out.write(chunk.toString())
    done()
  }
  cursorTo(column: number): void {
    this.#out.write(`\x1b[${column + 1}G`)
  }
  /** Only upwards, which is all that ora does. */
  moveCursor(_columns: number, lines: number): void {
    if (lines < 0) this.#out.write(`\x1b[${-lines}A`)
  }
  clearLine(): void {
    this.#out.write('\x1b[0K')
  }
}
