// Node before 22.18: tsx takes a .ts file for CommonJS where no package.json says "type": "module", and its `export` fails there. Newer ones look at the
// text, as this does: what imports or exports is a module. Plain JavaScript, for it runs where hooks run.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context)
  // For CommonJS tsx puts words of its own behind the name.
  const url = found.format === 'commonjs' && /^file:.*?\.ts(?=$|\?|%3Ftsx-)/.exec(found.url)?.[0]
  return url && /^\s*(?:import|export)\b/m.test(readFileSync(fileURLToPath(url), 'utf8')) ? { ...found, url, format: 'module' } : found
}
