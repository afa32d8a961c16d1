/** The repository that docs/own-repository.md shows, with the package in it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkout } from '../../lab/paths.ts'

/** The files that the page shows, by the names that stand before them. */
export function shownFiles(): Map<string, string> {
  const page = readFileSync(join(checkout, 'docs/own-repository.md'), 'utf8')
  const files = new Map<string, string>()
  for (const [, before = '', text = ''] of page.matchAll(/\n\n((?:(?!\n\n)[^])*?):\n\n```(?:ts|json|yaml)\n([^]*?)```/g)) {
    const name = /`([^`]+\.(?:ts|json|yml))`/.exec(before)?.[1]
    if (name !== undefined) files.set(name, text)
  }
  return files
}

/** Writes them, and puts the package and what it needs beside them, as `npm install` would, which needs a network. */
export function ownRepository(folder: string, tarball: string): void {
  for (const [name, text] of shownFiles()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, 'hostwright'), { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', join(modules, 'hostwright'), '--strip-components=1'])
  for (const name of readdirSync(join(checkout, 'node_modules'))) if (!name.startsWith('.')) symlinkSync(join(checkout, 'node_modules', name), join(modules, name))
}
