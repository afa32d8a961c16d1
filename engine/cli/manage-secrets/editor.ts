import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
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
  const editing: Editing = {}
  const end = (signal: NodeJS.Signals) => told(editing, signal)
  const ignore = () => {}
  // Before there is anything that could be left behind.
  process.on('SIGINT', ignore).on('SIGTERM', end).on('SIGHUP', end)
  const folder = mkdtempSync(join(inMemory(), 'manage-secrets-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.on('exit', remove)
  try {
    const path = join(folder, `${name}.env`)
    writeFileSync(path, text.reveal(), { mode: 0o600, flag: 'wx' })
    await finished(path, editing)
    if (!existsSync(path)) throw new GaveUp(2, [{ message: 'the editor left no file; nothing was stored' }])
    const plain = asText(readFileSync(path))
    if (plain === undefined) throw new GaveUp(2, [{ message: 'what was written is not UTF-8 text; nothing was stored' }])
    return new Secret(plain)
  } finally {
    remove()
    process.off('exit', remove).off('SIGINT', ignore).off('SIGTERM', end).off('SIGHUP', end)
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

interface Editing {
  editor?: ChildProcess
  /** The signal that ends it. */
  by?: NodeJS.Signals
}

/** Ctrl-C is the editor's own business; the other signals end it, and us. Told twice, we leave at once. */
function told(editing: Editing, signal: NodeJS.Signals): void {
  if (editing.by !== undefined) process.exit(130)
  editing.by = signal
  editing.editor?.kill(signal)
}

/** $EDITOR may have words of its own ("code --wait"), which a shell takes apart, as git has it. */
async function finished(path: string, editing: Editing): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi'
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, path], { stdio: 'inherit' })
  editing.editor = child
  const code = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (exit, signal) => resolve(exit ?? signal ?? 'unknown'))
  })
  if (editing.by !== undefined) throw new GaveUp(130, [{ message: `interrupted by ${editing.by}; nothing was stored` }])
  if (code !== 0) throw new GaveUp(2, [{ message: `the editor failed (${code}); nothing was stored`, hint: `it is ${editor}: EDITOR names another` }])
}
