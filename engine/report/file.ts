import { randomBytes } from 'node:crypto'
import { accessSync, closeSync, constants, fchmodSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { InputError } from '../diagnostic/diagnostic.ts'
import { redact } from '../values/redact.ts'

/**
 * A report's file that is written whole, at the end: beside it first, then renamed, so that nobody reads half of it. Mode 0600:
 * what hosts say is not for everybody.
 *
 * @param fit makes a text fit to be written. Default: secrets are redacted.
 * @throws InputError at once, when it could not be written there: nobody wants to learn that after the run.
 */
export function wholeFile(flag: string, path: string, fit: (text: string) => string = redact): { write(text: string): void } {
  try {
    if (path === '') throw new Error('it has no name')
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a directory')
    accessSync(isSpecial(path) ? path : dirname(path), constants.W_OK)
  } catch (fault) {
    throw cannotWrite(flag, path, fault)
  }
  return {
    write(text) {
      const beside = `${path}.${randomBytes(4).toString('hex')}.tmp`
      try {
        if (isSpecial(path)) return writeFileSync(path, fit(text))
        writeFileSync(beside, fit(text), { mode: 0o600, flag: 'wx' })
        renameSync(beside, path)
      } catch (fault) {
        rmSync(beside, { force: true })
        throw cannotWrite(flag, path, fault)
      }
    },
  }
}

/**
 * A file that grows line by line, each line written at once: what a run that was killed has seen is there. Begins on a line of
 * its own where the last run left half of one. Mode 0600.
 *
 * @throws InputError at once, when it cannot be opened.
 */
export function lineFile(flag: string, path: string): { append(line: string): void; close(): void } {
  const file = openToAppend(flag, path)
  return {
    append(line) {
      const bytes = Buffer.from(redact(line))
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
      } catch (fault) {
        throw cannotWrite(flag, path, fault)
      }
    },
    close: () => closeSync(file),
  }
}

function openToAppend(flag: string, path: string): number {
  try {
    if (path === '') throw new Error('it has no name')
    // A pipe or a device is only written; nobody's mode of those is ours to change.
    if (isSpecial(path)) return openSync(path, 'a')
    const file = openSync(path, 'a+', 0o600)
    fchmodSync(file, 0o600)
    const { size } = fstatSync(file)
    const last = Buffer.alloc(1)
    if (size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a) writeSync(file, '\n')
    return file
  } catch (fault) {
    throw cannotWrite(flag, path, fault)
  }
}

function isSpecial(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && !found.isFile() && !found.isDirectory()
}

function cannotWrite(flag: string, path: string, fault: unknown): InputError {
  const why = fault instanceof Error ? fault.message : String(fault)
  return new InputError([{ message: `${flag} ${path}: cannot be written: ${why}`, hint: 'name a file in a directory that exists and that you may write to' }])
}
