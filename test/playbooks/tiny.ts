import { z } from 'zod'
import { command, definePlaybook, defineRole, directory, file, main, Secret, SecretValue, use } from '../../engine/index.ts'

/** Makes a directory with a file in it. */
const tiny = defineRole({
  name: 'tiny',
  doc: 'A directory and a greeting.',
  params: z.strictObject({ dir: z.string(), greeting: z.string().default('hello'), token: SecretValue.optional() }),
  tags: ['greet'],
  async run(host, p) {
    await host.ensure(directory({ path: p.dir }), file({ path: `${p.dir}/greeting`, content: `${p.greeting}\n` }))
    if (p.token) await host.ensure(file({ path: `${p.dir}/token`, content: p.token instanceof Secret ? p.token : '' }, { tags: ['token'] }))
  },
})

const then = z.enum(['end', 'fail', 'sleep', 'throw', 'leak']).default('end').describe('what happens after')

/** Something that happens afterwards, to see how a run ends. */
const ending = defineRole({
  name: 'the-end',
  doc: 'An ending.',
  params: z.strictObject({ then, dir: z.string() }),
  async run(host, p) {
    if (p.then === 'fail') await host.run(command({ argv: ['sh', '-c', 'echo the reason >&2; exit 3'] }))
    if (p.then === 'sleep') await host.run(command({ argv: ['sh', '-c', 'touch "$1/begun"; sleep 2; touch "$1/slept"', 'sh', p.dir] }))
    if (p.then === 'throw') throw new TypeError('not a function')
    if (p.then === 'leak') await host.run(command({ argv: ['cat', `${p.dir}/token`] }))
    if (p.then !== 'end') await host.ensure(file({ path: `${p.dir}/after`, content: 'x' }))
  },
})

const playbook = definePlaybook({
  name: 'tiny',
  doc: 'For test/cli.',
  params: z.strictObject({
    dir: z.string().describe('where'),
    then,
    copies: z.number().int().min(1).max(3).default(1),
    extra_names: z.array(z.string()).default([]).describe('more files'),
    loud: z.boolean().default(false),
  }),
  roles: [tiny, ending],
  plays: (p) => [
    {
      name: 'tiny',
      hosts: 'all',
      roles: [use(tiny, { dir: p.dir }), use(ending, { then: p.then, dir: p.dir })],
      run: async (host) => {
        for (const name of p.extra_names) await host.ensure(file({ path: `${p.dir}/${name}`, content: `${p.loud ? 'LOUD' : 'quiet'} ${p.copies}\n` }, { title: `extra ${name}` }))
      },
    },
  ],
})

export default playbook
await main(import.meta, playbook)
