import { hostname } from 'node:os'
import type { RunAbout } from '../host/host.ts'

/** Who runs this, and from which revision of the playbooks. Asked for once, when a role wants to record it. */
export function aboutRun(user: string, cwd: string): () => Promise<RunAbout> {
  let known: Promise<RunAbout> | undefined
  return () => (known ??= revisionOf(cwd).then((revision) => ({ by: `${user}@${hostname()}`, revision })))
}

/** Short, with "+" when files were changed since; '' outside of a repository, or without git. */
async function revisionOf(cwd: string): Promise<string> {
  const { $ } = await import('zx') // loaded when needed
  const git = $({ cwd, quiet: true, nothrow: true, timeout: '5s', stdio: ['ignore', 'pipe', 'ignore'] })
  const head = await git`git rev-parse --short HEAD`
  if (head.exitCode !== 0) return ''
  const changed = await git`git status --porcelain --untracked-files=no`
  return `${head.stdout.trim()}${changed.stdout.trim() === '' ? '' : '+'}`
}
