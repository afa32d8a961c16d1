import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InputError } from '../diagnostic/diagnostic.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { placeOf } from '../host/origin.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { exitWith } from './main.ts'
import { runCommand } from './run-command.ts'
import { VERSION } from './version.ts'

/** `hostwright NAME [flags]`: finds `playbooks/NAME.ts` below where the person stands, and runs it. */
const [name, ...rest] = process.argv.slice(2)
const folder = join(process.cwd(), 'playbooks')
const names = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'index.ts').map((file) => file.slice(0, -3)) : []
const usage = `hostwright NAME -i INVENTORY [flags]\n\nPlaybooks here: ${names.join(', ') || `none (there is no ${folder})`}\nhostwright NAME --help shows what one takes.\n`

if (name === '--version') process.stdout.write(`hostwright ${VERSION}\n`)
else if (name === undefined || name === '--help' || name === '-h') process.stdout.write(usage)
else if (names.includes(name)) await exitWith(async () => runCommand(await playbookIn(`${name}.ts`), rest, `npx hostwright ${name}`))
else {
  process.stderr.write(`there is no playbook "${name}"\n  ${suggest(name, names) ?? usage}\n`)
  process.exitCode = 3
}

/** @throws InputError, or what the file itself throws at a line of it. */
async function playbookIn(file: string): Promise<Playbook> {
  const module: { readonly default?: Playbook } = await import(pathToFileURL(join(folder, file)).href).catch((error: unknown) => {
    // What does not parse, or imports what is not there, has no line that threw.
    throw error instanceof Error && placeOf(error) === undefined ? new InputError([{ message: `playbooks/${file} cannot be read: ${error.message}` }]) : error
  })
  if (module.default?.kind === 'playbook') return module.default
  throw new InputError([{ message: `playbooks/${file} has no playbook as its default export` }])
}
