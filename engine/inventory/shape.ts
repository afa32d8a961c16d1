import { z } from 'zod'
import { diagnostic, unshown } from '../diagnostic/make.ts'
import { diagnoseZod } from '../diagnostic/zod.ts'
import type { DraftGroup, Problems } from './draft.ts'
import { EMPTY, findPlace, toPlain, type Located, type LocatedEntry, type LocatedMap } from './located.ts'
import { groupSchema } from './schema.ts'

const Vars = z.record(z.string(), z.unknown(), { error: 'expected a map of variables' })
const Group = groupSchema(Vars).nullable()
const PARTS = new Set(['hosts', 'children', 'vars'])

/** Reads the shape that Ansible's YAML has: groups by name, each with `hosts`, `children` and `vars`, any of them empty. */
export function readShape(root: Located, problems: Problems): DraftGroup[] {
  if (root.kind === 'scalar' && root.value === null) return []
  if (root.kind !== 'map') {
    problems.errors.push(diagnostic('an inventory is a map of groups', root.at && unshown(root.at), 'begin with "all:", and beneath it "hosts:" and the names'))
    return []
  }
  const drafts: DraftGroup[] = []
  for (const [name, entry] of root.entries) {
    if (PARTS.has(name)) problems.errors.push(diagnostic(`"${name}" stands in no group`, entry.key, 'put it beneath "all:"'))
    else {
      checkShape(name, entry.value, root, problems)
      readGroup(name, entry, drafts)
    }
  }
  return drafts
}

function checkShape(name: string, group: Located, root: LocatedMap, problems: Problems): void {
  const input = toPlain(group)
  const parsed = Group.safeParse(input)
  if (parsed.success) return
  const place = (part: 'key' | 'value') => (path: readonly PropertyKey[]) => findPlace(root, [name, ...path], part)
  const where = { place: place('value'), keyPlace: place('key'), prefix: name, schema: Group, input }
  for (const each of diagnoseZod(parsed.error, where)) problems.errors.push(each)
}

/** What has the wrong shape has been reported; here it counts as empty. */
function readGroup(name: string, { key, value }: LocatedEntry, drafts: DraftGroup[]): void {
  const children = [...part(value, 'children').entries]
  const own: DraftGroup = {
    name,
    at: key,
    hosts: [...part(value, 'hosts').entries].map(([pattern, host]) => ({ pattern, at: host.key, vars: asMap(host.value) })),
    children: children.map(([child, entry]) => ({ name: child, at: entry.key })),
    vars: part(value, 'vars'),
  }
  // Hosts come in the order in which they are written, own ones or children's first.
  const parts = value.kind === 'map' ? [...value.entries.keys()] : []
  const childrenFirst = parts.indexOf('children') < parts.indexOf('hosts')
  if (!childrenFirst) drafts.push(own)
  for (const [child, entry] of children) readGroup(child, entry, drafts)
  if (childrenFirst) drafts.push(own)
}

const asMap = (node: Located | undefined): LocatedMap => (node?.kind === 'map' ? node : EMPTY)
const part = (group: Located, name: string): LocatedMap => asMap(asMap(group).entries.get(name)?.value)
