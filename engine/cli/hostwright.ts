import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { InputError } from '../diagnostic/diagnostic.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { placeOf } from '../host/origin.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { exitWith } from './main.ts'
import { runCommand } from './run-command.ts'
import { unreadable } from './unreadable.ts'
import { VERSION } from './version.ts'

/** `hostwright NAME [flags]`: the playbook of that name below where the person stands, `playbooks/NAME.ts`, or one of our own. */
const [name, ...rest] = process.argv.slice(2)
const here = join(process.cwd(), 'playbooks')
const theirs = playbooksIn(here)
const ours = () => playbooksIn(fileURLToPath(new URL('../../playbooks', import.meta.url)))
const file = name === undefined ? undefined : (theirs.get(name) ?? ours().get(name))
const besides = () => [...ours().keys()].filter((each) => !theirs.has(each))

if (name === '--version') process.stdout.write(`hostwright ${VERSION}\n`)
else if (name === undefined || name === '--help' || name === '-h') process.stdout.write(usage())
else if (file !== undefined) await exitWith(async () => runCommand(await playbookIn(file), rest, `npx hostwright ${name}`))
else {
  process.stderr.write(`there is no playbook "${name}"\n  ${suggest(name, [...theirs.keys(), ...besides()]) ?? usage()}\n`)
  process.exitCode = 3
}

function usage(): string {
  const more = besides()
  return [
    'hostwright NAME -i INVENTORY [flags]\n',
    `Playbooks here: ${[...theirs.keys()].join(', ') || `none (${existsSync(here) ? `no .ts file in ${here}` : `there is no ${here}`})`}`,
    ...(more.length > 0 ? [`Of hostwright: ${more.join(', ')}`] : []),
    'hostwright NAME --help shows what one takes.\n',
  ].join('\n')
}

/** Names and files. Ours are compiled where they are installed as a package. */
function playbooksIn(folder: string): Map<string, string> {
  const files = existsSync(folder) ? readdirSync(folder).filter((each) => /(?<!\.d)\.[jt]s$/.test(each) && !each.startsWith('index.')) : []
  return new Map(files.map((each) => [each.slice(0, -3), join(folder, each)]))
}

/** @throws InputError, or what the file itself throws at a line of it. */
async function playbookIn(path: string): Promise<Playbook> {
  const file = join('playbooks', basename(path))
  const module: { readonly default?: Playbook } = await import(pathToFileURL(path).href).catch((error: unknown) => {
    // What does not parse, or imports what is not there, has no line that threw.
    throw error instanceof Error && placeOf(error) === undefined ? new InputError([unreadable(error, file)]) : error
  })
  if (module.default?.kind === 'playbook') return module.default
  throw new InputError([{ message: `${file} has no playbook as its default export` }])
}
