import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../lab/run.ts'
import { scratchFolder } from '../hosts/scratch.ts'

/** The source files and modules that a command opens, as strace sees it; undefined where there is no strace. The same at every run. */
export async function modulesOf(argv: readonly [string, ...string[]], { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string }): Promise<readonly string[] | undefined> {
  using scratch = scratchFolder()
  const folder = scratch.path
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const ran = await attempt(['env', ...settings, 'strace', '-ff', '-qq', '-e', 'trace=openat', '-e', 'signal=none', '-o', join(folder, 'trace'), ...argv], { limit: 120, cwd }).catch(() => undefined)
  if (ran === undefined || ran.code === 127) return undefined
  const rows = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
  const opened = rows.flatMap((row) => /^openat\(AT_FDCWD, "([^"]+\.(?:[cm]?[jt]s))", O_RDONLY.* = \d+$/.exec(row)?.[1] ?? [])
  return [...new Set(opened)].sort()
}
