import { diagnostic } from '../diagnostic/make.ts'
import type { DraftGroup, DraftHost, Problems } from './draft.ts'
import { checkVars } from './check-vars.ts'
import { readIni } from './ini.ts'
import { EMPTY } from './located.ts'
import { readModule } from './module.ts'
import { readShape } from './shape.ts'
import { flagPlace, type SourceFile } from './sources.ts'
import { readSource, type Source } from './source.ts'
import { parseYaml } from './yaml.ts'

/** Reads one source, whatever its format, and checks the variables in it. Undefined when it could not be read at all. */
export async function readInventory(file: SourceFile, cwd: string, problems: Problems): Promise<DraftGroup[] | undefined> {
  if (file.kind === 'list') return readList(file.text, problems)
  const drafts = await readDrafts(file, cwd, problems)
  return drafts?.map((draft) => checkDraft(draft, file.base, problems))
}

async function readDrafts(file: Exclude<SourceFile, { kind: 'list' }>, cwd: string, problems: Problems): Promise<DraftGroup[] | undefined> {
  const read = file.kind === 'module' ? await readModule(file.path, cwd) : readSource(file.path, cwd)
  if (!read.ok) {
    problems.errors.push(...read.error)
    return undefined
  }
  return 'kind' in read.value ? readShape(read.value, problems) : readText(read.value, problems)
}

/** Reads the text of an inventory file: YAML, JSON or INI. */
export function readText(source: Source, problems: Problems): DraftGroup[] | undefined {
  const format = formatOf(source)
  switch (format) {
    case 'script':
      problems.errors.push(diagnostic('scripts are not run as inventories', source.header(1), 'write it in TypeScript: export default async () => ({ all: { hosts: { … } } })'))
      return undefined
    case 'ini':
      return readIni(source, problems)
    case 'yaml': {
      const root = parseYaml(source, problems)
      return root === undefined ? undefined : readShape(root, problems)
    }
  }
}

/** By the name of the file, or, as a file called `hosts` may be either, by its first line that says something. */
function formatOf(source: Source): 'yaml' | 'ini' | 'script' {
  if (source.text.startsWith('#!')) return 'script'
  if (/\.(ya?ml|json)$/.test(source.file)) return 'yaml'
  if (/\.ini$/.test(source.file)) return 'ini'
  for (let line = 1; line <= source.lineCount; line++) {
    const text = source.line(line).trim()
    if (text !== '' && !text.startsWith('#')) return text.startsWith('---') || text.startsWith('{') || /^[^\s=]+:(\s|$)/.test(text) ? 'yaml' : 'ini'
  }
  return 'yaml'
}

/** `-i web1,web2,`: names and ranges, without variables. */
function readList(text: string, problems: Problems): DraftGroup[] {
  const hosts: DraftHost[] = []
  let column = 1
  for (const part of text.split(',')) {
    const name = part.trim()
    const at = flagPlace('-i', text, column + part.indexOf(name), name.length)
    if (name.includes('@')) problems.errors.push(diagnostic(`"${name}" is a user and a host`, at, 'give the user with -u'))
    else if (name !== '') hosts.push({ pattern: name, at, vars: EMPTY })
    column += part.length + 1
  }
  return [{ name: 'ungrouped', at: undefined, hosts, children: [], vars: EMPTY }]
}

function checkDraft(draft: DraftGroup, base: string, problems: Problems): DraftGroup {
  const hosts = draft.hosts.map((host) => ({ ...host, vars: checkVars(host.vars, base, problems) }))
  return { ...draft, hosts, vars: checkVars(draft.vars, base, problems) }
}
