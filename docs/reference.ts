import type { z } from 'zod'
import * as actions from '../engine/actions/index.ts'
import { helpText } from '../engine/cli/help.ts'
import { inventoryJsonSchema, varsJsonSchema } from '../engine/inventory/json-schema.ts'
import { varName } from '../engine/playbook/role.ts'
import * as tasks from '../engine/tasks/index.ts'
import { playbooks } from '../playbooks/index.ts'
import { roles } from '../roles/index.ts'
import { factsPage } from './facts-page.ts'
import { hostPage } from './host-page.ts'
import { paramRows } from './params.ts'
import { resultOf } from './result-text.ts'

interface Documented {
  readonly taskName: string
  readonly doc: string
  readonly params: z.ZodType
}

const EXTRA = `Params of the playbook, and variables of roles over those of the inventory. The later wins.

| | |
| --- | --- |
| \`-e env='{"KEY":"value"}' -e tls=false\` | a param is read as its type says, as it is with its flag |
| \`-e redis.memory=256m\` | a variable of a role is text; in a map of texts, the name goes on: \`-e app.env.KEY=value\` |
| \`-e '{"redis":{"appendonly":true}}'\` | what is no text (a number, true and false, a list, a map) needs JSON from the role's name on |
| \`-e @site.yml\` | a file of both, in YAML |
`

/** Every generated file of the repository, by its path. */
export function referencePages(): Map<string, string> {
  const pages = new Map<string, string>()
  const listed = (kind: 'tasks' | 'actions', title: string, intro: string, all: readonly Documented[]) => {
    const sorted = [...all].sort((a, b) => a.taskName.localeCompare(b.taskName))
    for (const each of sorted) pages.set(`docs/${kind}/${each.taskName}.md`, page(each.taskName, each.doc, each.params, `${kind === 'tasks' ? 'host.ensure' : 'host.run'}(${each.taskName.replace(/-(.)/g, (_, c: string) => c.toUpperCase())}({ … }))`) + resultOf(kind, each.taskName))
    pages.set(`docs/${kind}/README.md`, `# ${title}\n\n${intro}\n\n${sorted.map(({ taskName, doc }) => `- [${taskName}](${taskName}.md): ${doc}`).join('\n')}\n`)
  }
  listed('tasks', 'Tasks', 'What can be wished for: each is looked at, planned, done when it must be, and looked at again.', documented(tasks))
  listed('actions', 'Actions', 'What happens rather than holds.', documented(actions))
  for (const role of roles) pages.set(`docs/roles/${role.name}.md`, page(role.name, role.doc, role.params, `${varName(role)}: { … }   # in the inventory`))
  pages.set('docs/roles/README.md', `# Roles\n\nTheir variables stand in the inventory under the role's name.\n\n${roles.map(({ name, doc }) => `- [${name}](${name}.md): ${doc}`).join('\n')}\n`)
  pages.set('docs/playbooks.md', `# Playbooks\n\nWhat \`--help\` says.\n\n${playbooks.map((playbook) => `## ${playbook.name}\n\n\`\`\`text\n${helpText(playbook, `npx tsx playbooks/${playbook.name}.ts`).split('\nFlags:')[0]?.trim() ?? ''}\n\`\`\`\n`).join('\n')}\n## What -e gives\n\n${EXTRA}\n## Flags of every playbook\n\n\`\`\`text\nFlags:${playbooks[0] ? helpText(playbooks[0], '').split('\nFlags:')[1] : ''}\`\`\`\n`)
  pages.set('docs/host.md', hostPage())
  pages.set('docs/facts.md', factsPage().text)
  const byName = Object.fromEntries(roles.map((role) => [varName(role), role.params]))
  pages.set('inventory/inventory.schema.json', `${JSON.stringify(inventoryJsonSchema(byName), null, 2)}\n`)
  pages.set('inventory/vars.schema.json', `${JSON.stringify(varsJsonSchema(byName), null, 2)}\n`)
  return pages
}

function documented(module: Readonly<Record<string, unknown>>): Documented[] {
  return Object.values(module).filter((each): each is Documented => typeof each === 'function' && 'taskName' in each && 'params' in each && 'doc' in each)
}

function page(name: string, doc: string, params: z.ZodType, use: string): string {
  const rows = paramRows(params)
  const table = rows.length === 0 ? 'It takes no params.' : ['| param | type | default | |', '| --- | --- | --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')
  const notes = Object.entries(NOTES).flatMap(([type, note]) => (rows.some(([, each = '']) => new RegExp(`\\b${type}\\b`).test(each)) ? [`\`${type}\`: ${note}`] : []))
  return `# ${name}\n\n${doc}\n\n\`\`\`\n${use}\n\`\`\`\n\n${[table, ...notes].join('\n\n')}\n`
}

/** Types that stand in no JSON: what gives one. */
const NOTES: Readonly<Record<string, string>> = {
  Secret: 'a variable of the role whose schema is `SecretValue`, or `new Secret(text)`.',
  Content: 'what a [template](../templates.md), `envFile({ … })`, `sourceFile(path)`, `fetched(url, sha256)` or `contentOf(bytes)` gives.',
}
