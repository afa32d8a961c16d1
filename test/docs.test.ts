import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { referencePages } from '../docs/reference.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

test('the generated pages and schemas are those of the code (npm run docs)', () => {
  for (const [file, text] of referencePages()) assert.equal(readFileSync(join(root, file), 'utf8'), text, `${file} is out of date: npm run docs`)
})

/** Without what is code: a pattern in it can look like a link. */
const prose = (text: string) => text.replace(/```[^]*?```/g, '').replace(/`[^`\n]*`/g, '')

test('links between pages lead somewhere', () => {
  const pages = ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)]
  for (const page of pages)
    for (const [, target = ''] of prose(readFileSync(join(root, page), 'utf8')).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
      if (!/^https?:/.test(target)) assert.doesNotThrow(() => readFileSync(join(root, dirname(page), target)), `${page} → ${target}`)
})

test('every dependency has its line', () => {
  const manifest: { dependencies: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) assert.ok(page.includes(name), name)
  for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) assert.match(version, /^\d/, 'versions are exact')
})
