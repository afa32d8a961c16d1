import { StringDecoder } from 'node:string_decoder'

/** Turns the bytes of a running command into whole lines as they come; what has no newline yet waits until `end`. */
export function liveOutput(emit: (task: string, stream: 'stdout' | 'stderr', text: string) => void) {
  const open = new Map<string, { task: string; stream: 'stdout' | 'stderr'; decoder: StringDecoder; rest: string }>()
  return {
    hear(task: string, stream: 'stdout' | 'stderr', bytes: Buffer): void {
      const key = `${stream}:${task}`
      const line = open.get(key) ?? { task, stream, decoder: new StringDecoder('utf8'), rest: '' }
      open.set(key, line)
      const text = line.rest + line.decoder.write(bytes)
      const cut = text.lastIndexOf('\n')
      if (cut >= 0) emit(task, stream, text.slice(0, cut))
      // A program that never ends its line does not fill the memory.
      line.rest = text.slice(cut + 1).slice(-LONGEST)
    },
    end(): void {
      for (const { task, stream, decoder, rest } of open.values()) {
        const text = rest + decoder.end()
        if (text !== '') emit(task, stream, text)
      }
      open.clear()
    },
  }
}

const LONGEST = 64 * 1024
