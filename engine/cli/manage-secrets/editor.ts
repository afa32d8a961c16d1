import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asText } from '../../values/content.ts'
import { Secret } from '../../values/secret.ts'
import { GaveUp } from './gave-up.ts'

/** A file system in memory, as statfs names it. */
const TMPFS = 0x01021994

/**
 * Lets a person edit a text in $VISUAL, $EDITOR or vi, in a directory that only they can enter, in memory where there is such a place. The
 * directory is gone when this returns, with all that the editor left in it; also when the process is told to end.
 *
 * @throws GaveUp when the editor failed or was told to end: nothing that it left is used.
 */
export async function openEditor(name: string, text: Secret): Promise<Secret> {
  const folder = mkdtempSync(join(inMemory(), 'manage-secrets-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.on('exit', remove)
  try {
    const path = join(folder, `${name}.env`)
    writeFileSync(path, text.reveal(), { mode: 0o600, flag: 'wx' })
    await finished(path)
    const plain = asText(readFileSync(path))
    if (plain === undefined) throw new GaveUp(2, [{ message: 'what was written is not UTF-8 text; nothing was stored' }])
    return new Secret(plain)
  } finally {
    remove()
    process.off('exit', remove)
  }
}

function inMemory(): string {
  const places = [process.env['XDG_RUNTIME_DIR'], '/dev/shm'].filter((each) => each !== undefined)
  return places.find(isTmpfs) ?? tmpdir()
}

function isTmpfs(folder: string): boolean {
  try {
    return statfsSync(folder).type === TMPFS
  } catch {
    return false
  }
}

/** $EDITOR may have words of its own ("code --wait"), which a shell takes apart, as git has it. */
async function finished(path: string): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi'
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, path], { stdio: 'inherit' })
  let told: string | undefined
  // Ctrl-C is the editor's own business; the others end it, and us. Told twice, we leave at once.
  const end = (signal: NodeJS.Signals) => {
    if (told !== undefined) process.exit(130)
    told = signal
    child.kill(signal)
  }
  const ignore = () => {}
  process.on('SIGINT', ignore).on('SIGTERM', end).on('SIGHUP', end)
  try {
    const code = await new Promise<number | string>((resolve) => {
      child.on('error', (error) => resolve(error.message))
      child.on('close', (exit, signal) => resolve(exit ?? signal ?? 'unknown'))
    })
    if (told !== undefined) throw new GaveUp(130, [{ message: `interrupted by ${told}; nothing was stored` }])
    if (code !== 0) throw new GaveUp(2, [{ message: `the editor failed (${code}); nothing was stored`, hint: `it is ${editor}: EDITOR names another` }])
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', end).off('SIGHUP', end)
  }
}
