/** What stands in the package in place of this repository's own package.json and tsconfig.json. */
import { z } from 'zod'

const Manifest = z.object({
  name: z.string(), version: z.string(), description: z.string(), license: z.string(), type: z.literal('module'),
  engines: z.record(z.string(), z.string()),
  bin: z.record(z.string(), z.string()),
  exports: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
})

/** The manifest of the package: nothing runs when it is installed, and its entries are what was compiled. */
export function ownManifest(text: string): object {
  const { exports, ...rest } = Manifest.parse(JSON.parse(text))
  const compiled = (path: string) => ({ types: path.replace(/\.ts$/, '.d.ts'), default: path.replace(/\.ts$/, '.js') })
  return { ...rest, exports: { ...Object.fromEntries(Object.entries(exports).map(([name, path]) => [name, compiled(path)])), './tsconfig.json': './tsconfig.json', './package.json': './package.json' } }
}

/** What a repository of playbooks extends: our own strictness, for its own files. */
export function ownTsconfig(text: string): object {
  return { compilerOptions: z.object({ compilerOptions: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text)).compilerOptions }
}
