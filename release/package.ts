/**
 * `npm run package [-- FOLDER]`: writes hostwright-VERSION.tgz into the folder (default: this one), to be installed where playbooks of one's own live.
 *
 * The tree is the same as here, compiled: Node reads no TypeScript below node_modules, and what lies beside a file lies there still. The same
 * sources make the same bytes.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../lab/run.ts'
import { ownManifest, ownTsconfig } from './manifest.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Goes along as it is. */
const PAGES = ['README.md', 'CHANGELOG.md', 'SECURITY.md']
/** Goes along but for what the compiler takes: templates and scripts; pages; schemas and examples of inventories. */
const FOLDERS = ['engine', 'roles', 'docs', 'inventory']

/** Gives the path of what it wrote. */
export async function makePackage(folder: string): Promise<string> {
  const stage = mkdtempSync(join(tmpdir(), 'hostwright-package-'))
  try {
    await run([join(root, 'node_modules/.bin/tsc'), '-p', join(root, 'release/tsconfig.json'), '--outDir', stage], { limit: 300 })
    for (const file of [...PAGES, ...FOLDERS.flatMap(besides)]) cpSync(join(root, file), join(stage, file))
    write(stage, 'package.json', ownManifest(readFileSync(join(root, 'package.json'), 'utf8')))
    write(stage, 'tsconfig.json', ownTsconfig(readFileSync(join(root, 'tsconfig.json'), 'utf8')))
    const packed = await run(['npm', 'pack', '--silent', '--pack-destination', resolve(folder)], { cwd: stage, limit: 120 })
    return join(resolve(folder), packed.trim())
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

const besides = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((name) => !name.startsWith('inventory/lab/'))

const write = (folder: string, name: string, value: object) => writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await makePackage(process.argv[2] ?? '.'))
