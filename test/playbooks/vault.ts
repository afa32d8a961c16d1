import { z } from 'zod'
import { definePlaybook, defineRole, directory, envFile, file, main, SecretValue, use } from '../../engine/index.ts'

const Secrets = z.record(z.string(), SecretValue).default({})

/** Writes its secrets to files. */
const vault = defineRole({
  name: 'vault',
  doc: 'Secrets, each in its file.',
  params: z.strictObject({ dir: z.string(), name: z.string().optional(), token: SecretValue.optional(), password: SecretValue.optional(), one: SecretValue.optional(), secrets: Secrets, more: Secrets, keys: Secrets }),
  async run(host, p) {
    await host.ensure(
      directory({ path: p.dir }),
      file({ path: `${p.dir}/.env`, content: envFile({ ...p.secrets, ...p.more }), mode: '0600' }),
      file({ path: `${p.dir}/keys`, content: envFile(p.keys), mode: '0600' }),
      ...Object.entries({ token: p.token, password: p.password, one: p.one }).flatMap(([name, content]) => (content === undefined ? [] : [file({ path: `${p.dir}/${name}`, content, mode: '0600' })])),
    )
  },
})

const playbook = definePlaybook({
  name: 'vault',
  doc: 'For test/secrets.',
  params: z.strictObject({ dir: z.string(), keys: Secrets }),
  roles: [vault],
  plays: (p) => [{ name: 'vault', hosts: 'all', roles: [use(vault, { dir: p.dir, keys: p.keys })] }],
})

export default playbook
await main(import.meta, playbook)
