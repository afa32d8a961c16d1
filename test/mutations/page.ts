import { chosen, type Mutation } from './mutation.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

const seenBy = (tests: string): string => {
  const { file, titles } = chosen(tests)
  return `\`${file.replace(/^test\/|\.test\.ts$/g, '')}\`${titles === '' ? '' : `: ${cell(titles.trim())}`}`
}

/** docs/mutations.md. */
export function page(mutations: readonly Mutation[]): string {
  return `# Tests of the tests

What protects is taken away, one thing after the other, in a copy of the tree; each of the tests that are named (by what their titles hold) must go
red. \`npm run test:mutations\` does it, which takes some minutes; \`npm test\` only sees to it that each still applies. This page is written by
\`npm run test:mutations -- --write\`.

| without | in | seen by |
| --- | --- | --- |
${mutations.map(({ name, file, tests, gap }) => `| ${cell(name)} | ${file} | ${gap === undefined ? tests.map(seenBy).join(', ') : `nobody: ${cell(gap)}`} |`).join('\n')}
`
}
