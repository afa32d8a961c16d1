import { readFileSync } from 'node:fs'
import { codeBlock, declaredType, declaredValue, membersOf, type Declared } from './declared.ts'

const example = () => readFileSync(new URL('examples/jobq.ts', import.meta.url), 'utf8').replaceAll("'../../engine/index.ts'", "'../engine/index.ts'")

const isField = ({ code }: Declared) => !code.includes('(')
const fields = (members: readonly Declared[]) => codeBlock(members.filter(isField).map(({ doc, code }) => `/** ${doc} */\nhost.${code.replaceAll('readonly ', '')}`).join('\n'))

function section({ name, doc, example, code }: Declared): string {
  const linked = doc.replace(/\bdocs\/([\w-]+)\.md\b/g, '[$1]($1.md)')
  return [`### ${name}`, codeBlock(`host.${code.replaceAll('readonly ', '')}`), linked, ...(example === '' ? [] : [codeBlock(example)])].join('\n\n')
}

function types(...names: string[]): string {
  return names
    .map((name) => {
      const type = declaredType(name)
      if (!type) throw new Error(`the engine has no type ${name}`)
      return [...(type.doc === '' ? [] : [type.doc]), codeBlock(type.code)].join('\n\n')
    })
    .join('\n\n')
}

/** docs/host.md: what a role can do with its host, out of the docstrings. */
export function hostPage(): string {
  const members = membersOf('host/host.ts', 'Host')
  const use = declaredValue('playbook/role.ts', 'use')
  return `# What a role does with its host

\`run(host, p)\` of a role, and \`run(host)\` of a play, get a \`host\`. One step at a time: what is asked for while something runs waits its turn. Each of them
is awaited; one that is not fails the role (\`not-awaited\`).

${codeBlock(example())}

## Members

${fields(members)}

${members.filter((each) => !isField(each)).map(section).join('\n\n')}

## What comes back

The \`state\` of each [task](tasks/README.md) and the \`value\` of each [action](actions/README.md) stand on its page. A \`TaskFailed\` holds a \`failure\`: what
the event [failure](events.md) tells, its \`reason\` and its \`message\` first.

${types('TaskResult', 'TaskStatus', 'ActionResult', 'RunAbout')}

## What can be said beside the params

The second argument of a task or an action, as in \`file({ … }, { tags: ['config'] })\`:

${types('TaskOptions')}

The second of \`host.run\`. ${types('Retries')}

## In a play

${types('Play')}

\`use\`: ${use.doc.replace(/^Uses/, 'uses')} \`when\` is asked before anything is, so it knows the name of the host and its groups, and no facts.

${codeBlock(use.example)}
`
}
