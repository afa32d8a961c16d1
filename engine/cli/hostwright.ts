import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { suggest } from '../diagnostic/nearest.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { runAndExit } from './main.ts'
import { VERSION } from './version.ts'

/** `hostwright NAME [flags]`: finds `playbooks/NAME.ts` below where the person stands, and runs it. */
const [name, ...rest] = process.argv.slice(2)
const folder = join(process.cwd(), 'playbooks')
const names = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'index.ts').map((file) => file.slice(0, -3)) : []
const usage = `hostwright NAME -i INVENTORY [flags]\n\nPlaybooks here: ${names.join(', ') || `none (there is no ${folder})`}\nhostwright NAME --help shows what one takes.\n`

if (name === '--version') process.stdout.write(`hostwright ${VERSION}\n`)
else if (name === undefined || name === '--help' || name === '-h') process.stdout.write(usage)
else if (names.includes(name)) {
  const module: { readonly default?: Playbook } = await import(pathToFileURL(join(folder, `${name}.ts`)).href)
  if (module.default?.kind === 'playbook') await runAndExit(module.default, rest, `npx hostwright ${name}`)
  process.stderr.write(`playbooks/${name}.ts has no playbook as its default export\n`)
  process.exitCode = 3
} else {
  process.stderr.write(`there is no playbook "${name}"\n  ${suggest(name, names) ?? usage}\n`)
  process.exitCode = 3
}
