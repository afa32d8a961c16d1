import { z } from 'zod'
import { command, definePlaybook, defineRole, directory, dockerLogin, file, main, Secret, SecretValue, TaskFailed, use } from '../../engine/index.ts'

/** All that can go wrong with a secret at hand, one after the other; and a programming mistake that throws it. */
const careless = defineRole({
  name: 'careless',
  doc: 'Writes a secret, and then fails in every way.',
  params: z.strictObject({ dir: z.string(), registry: z.string(), content: SecretValue, password: SecretValue, crash: z.boolean().default(false) }),
  async run(host, p) {
    const at = `${p.dir}/content`
    const failing = async (work: () => PromiseLike<unknown>): Promise<void> => {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof TaskFailed)) throw error
      }
    }
    await host.ensure(directory({ path: p.dir }), file({ path: at, content: p.content, mode: '0600' }))
    await failing(() => host.ensure(dockerLogin({ registry: p.registry, username: 'canary', password: p.password })))
    await failing(() => host.run(command({ argv: ['sh', '-c', 'cat "$1"; echo; base64 "$1" >&2; base64 -w0 "$1"; exit 3', 'sh', at], stdin: p.password })))
    await failing(() => host.run(command({ argv: ['sh', '-c', 'cat; cat "$1"; sleep 60', 'sh', at], stdin: p.password, timeout: '1s' })))
    await failing(() => host.ensure(file({ path: `${at}/below`, content: p.content, mode: '0600' })))
    await failing(() => host.ensure(file({ path: `${p.dir}/refused`, content: p.password, mode: '0600', validate: ['sh', '-c', 'cat "$1" >&2; exit 1', 'sh', '%s'] })))
    if (p.crash) throw new TypeError(`cannot read ${JSON.stringify({ of: p.content instanceof Secret ? p.content.reveal() : '' })}`)
  },
})

const canary = definePlaybook({ name: 'canary', doc: 'For test/e2e/canary.test.ts.', params: z.strictObject({}), roles: [careless], plays: () => [{ name: 'canary', hosts: 'all', roles: [use(careless)] }] })

export default canary
await main(import.meta, canary)
