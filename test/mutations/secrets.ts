/** What keeps secrets in, and what others say harmless. */
import type { Mutation } from './mutation.ts'

const redact = 'engine/values/redact.ts'
const clean = 'engine/report/clean.ts'

export const ofSecrets: readonly Mutation[] = [
  { name: 'what leaves the process is not redacted (the sink)', file: 'engine/report/sink.ts', find: 'stream.write(redact(text)', replace: 'stream.write(text', tests: ['report/sink'] },
  { name: 'events are not redacted before they are shown', file: clean, find: 'visible(redact(value))', replace: 'visible(value)', tests: ['report/reporter'] },
  { name: 'events are redacted too late', file: clean, find: 'visible(redact(value))', replace: 'redact(visible(value))', tests: ['report/reporter'] },
  { name: 'what a host says reaches the terminal raw', file: clean, find: 'visible(redact(value))', replace: 'redact(value)', tests: ['report/text > faults 65 and 75'] },
  { name: 'a host may turn the reading direction', file: 'engine/values/visible.ts', find: '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/g\nconst NOT_LINE', replace: ']/g\nconst NOT_LINE', tests: ['values/visible > fault 75: '] },
  { name: 'the page of a report shows markup of a host', file: 'engine/report/markup.ts', find: 'return escapeMarkup(part)', replace: 'return part', tests: ['report/html > fault 75: '] },
  { name: 'a secret in base64 is found at one alignment only', file: redact, find: '[0, 1, 2].map((shift)', replace: '[0].map((shift)', tests: ['values/redact > a secret is found in '] },
  { name: 'a secret in a URL is not found', file: redact, find: 'const url = encodeURIComponent(', replace: 'const url = String(', tests: ['values/redact > fault 93: '] },
  { name: 'a secret in an .env is not found', file: redact, find: `const env = secret.replace(/[\\\\"$]/g, '\\\\$&')`, replace: 'const env = secret', tests: ['values/redact > fault 93: '] },
  { name: 'the beginning of a secret that was cut is shown', file: redact, find: 'long === undefined ? left : ', replace: 'long !== undefined ? left : ', tests: ['values/redact > the beginning of a long secret'] },
  { name: 'a secret prints itself in JSON', file: 'engine/values/secret.ts', find: "toJSON(): string {\n    return '[secret]'", replace: 'toJSON(): string {\n    return this.#value', tests: ['values/redact > a secret prints as'] },
  { name: 'a diff shows a file of its owner alone', file: 'engine/host/diffs.ts', find: 'isPrivate(step.mode) || ', replace: 'false && ', tests: ['host/diffs'] },
  { name: 'a diff shows a secret file', file: 'engine/host/diffs.ts', find: "if (content.secret) return 'the content is secret and not shown'", replace: '', tests: ['host/diffs'] },
  { name: 'a $ in an .env is a variable', file: 'engine/values/env-file.ts', find: `plain.replace(/[\\\\"$]/g`, replace: `plain.replace(/[\\\\"]/g`, tests: ['values/env-file'] },
  { name: 'a quote in an .env ends the value', file: 'engine/values/env-file.ts', find: `plain.replace(/[\\\\"$]/g`, replace: `plain.replace(/[\\\\$]/g`, tests: ['values/env-file'] },
  { name: 'what is rendered is rendered again', file: 'engine/template/template.ts', find: 'compile()(members(valid.data, secrets)))', replace: 'handlebars().compile(compile()(members(valid.data, secrets)), OPTIONS)(members(valid.data, secrets)))', tests: ['template/template > fault 76: values stand as they are'] },
  { name: 'what is not given is printed as nothing', file: 'engine/template/template.ts', find: 'if (value === undefined) throw', replace: "if (value === undefined) return ''; if (value === null) throw", tests: ['template/print'] },
  { name: 'an error shows what stands before it on its line', file: 'engine/inventory/excerpt.ts', find: '!LEADS.test(text.slice(word, blanks))', replace: 'false', tests: ['inventory/ini'] },
  { name: 'an error about a key shows its value', file: 'engine/inventory/excerpt.ts', find: '`${separator}…`', replace: 'text', tests: ['cli/masked-input'] },
  { name: 'a value of the wrong shape is shown', file: 'engine/diagnostic/zod.ts', find: 'takesScalar(schema, path) && !isSecret(schema, path)', replace: '!isSecret(schema, path)', tests: ['cli/masked-input'] },
  { name: 'what would hold a secret, if it had its shape, is shown', file: 'engine/diagnostic/zod-schema.ts', find: '|| schemasAt(schema, path).some((each) => hasMarked(each))', replace: '', tests: ['diagnostic/zod'] },
  { name: 'what could not be read as YAML is shown', file: 'engine/inventory/yaml.ts', find: 'at: unshown(at) }', replace: 'at }', tests: ['cli/masked-input'] },
  { name: 'a file of secrets may be open to others', file: 'engine/secrets/private.ts', find: 'if ((mode & 0o77n) !== 0n)', replace: 'if ((mode & 0o77n) < 0n)', tests: ['secrets/files'] },
  { name: 'a file with a secret is readable for all', file: 'engine/tasks/file.ts', find: "wished.secret ? '0600' : '0644'", replace: "'0644'", tests: ['tasks/file'] },
]
