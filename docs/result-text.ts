import { codeBlock, typesOf } from './declared.ts'
import { factsPage } from './facts-page.ts'
import { states, values } from './results.ts'

const written: Readonly<Record<'tasks' | 'actions', Readonly<Record<string, string>>>> = { tasks: states, actions: values }
const { typeAt } = factsPage()

/** The end of the page of a task or an action: what its result holds. */
export function resultOf(kind: 'tasks' | 'actions', name: string): string {
  const type = written[kind][name]
  if (type === undefined) throw new Error(`docs/results.ts does not say what the result of ${name} holds`)
  if (type === 'undefined') return ''
  const names = type.match(/\b[A-Z]\w+/g) ?? []
  const home = names.map((each) => typeAt.get(each)).find((each) => each !== undefined)
  const what = kind === 'tasks' ? '`state` in its [result](../host.md#what-comes-back)' : '`value` in its [result](../host.md#what-comes-back)'
  if (home !== undefined) return `\nThe ${what}: \`${type}\`, as the fact [${home}](../facts.md#${home.toLowerCase()}) gives it.\n`
  return `\nThe ${what}:\n\n${codeBlock([...(/^\w+$/.test(type) ? [] : [type.replaceAll('readonly ', '')]), ...typesOf(type, new Set(['Record'])).map(({ code }) => code)].join('\n\n'))}\n`
}
