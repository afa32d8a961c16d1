import { codeBlock, declaredValue, sourceOf, typesOf } from './declared.ts'

/** docs/facts.md, and which of its sections tells of which type. */
export function factsPage(): { readonly text: string; readonly typeAt: ReadonlyMap<string, string> } {
  const typeAt = new Map<string, string>()
  const told = new Set(['Fact', 'Unreadable'])
  const exported = [...sourceOf('facts/index.ts').matchAll(/^export \{ (.+) \} from '\.\/(.+)'$/gm)].flatMap(([, names = '', file = '']) => names.split(', ').filter((name) => !name.startsWith('type ')).map((name) => ({ name, file })))
  const sections = exported.sort((a, b) => a.name.localeCompare(b.name)).map(({ name, file }) => {
    const { doc, code } = declaredValue(`facts/${file}`, name)
    const [, args = '', value = ''] = /^(?:: | = )\(([^)]*)\)(?: =>|:) Fact<(.+?)>(?: =|$)/.exec(code) ?? []
    if (value === '') throw new Error(`the type of the fact ${name} cannot be read: ${code}`)
    const types = typesOf(value, told)
    for (const type of types) typeAt.set(type.name, name)
    return `## ${name}\n\n${doc}\n\n${codeBlock([`facts.${name}(${args}): ${value.replaceAll('readonly ', '')}`, ...types.map((type) => (type.doc === '' ? '' : `/** ${type.doc} */\n`) + type.code)].join('\n\n'))}\n`
  })
  return { typeAt, text: `# Facts\n\nWhat can be asked of a host, with \`await host.read(facts.path('/data'))\` in a role, or in the \`facts\` of [a task of your own](adding-a-task.md). Below each: what it\ngives.\n\n${sections.join('\n')}` }
}
