/**
 * As much of a terminal as a spinner needs: what stands on the screen after a text with cursor movements was written to it.
 * Anything it does not know is an error, so that nothing is overlooked.
 */
export function screen(text: string): string {
  const lines: string[][] = [[]]
  let row = 0
  let column = 0
  for (let at = 0; at < text.length; ) {
    const escape = /\x1b\[(\??[\d;]*)([A-Za-z])/y
    escape.lastIndex = at
    const found = escape.exec(text)
    const line = (lines[row] ??= [])
    if (found) {
      const [all, argument = '', command = ''] = found
      at += all.length
      const n = Number(argument || 1)
      if (command === 'G') column = n - 1
      else if (command === 'A') row = Math.max(0, row - n)
      else if (command === 'K') line.length = Math.min(line.length, column)
      else if (!(command === 'm' || (argument.startsWith('?') && (command === 'h' || command === 'l')))) throw new Error(`unknown sequence ${JSON.stringify(all)}`)
      continue
    }
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0)
    at += char.length
    if (char === '\n') (row += 1), (column = 0), (lines[row] ??= [])
    else if (char === '\r') column = 0
    else {
      while (line.length < column) line.push(' ')
      line[column] = char
      column += 1
    }
  }
  return lines.map((line) => line.join('')).join('\n')
}
