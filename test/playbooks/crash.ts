import { z } from 'zod'
import { absent, block, command, created, definePlaybook, defineRole, directory, file, line, link, main, Secret, use } from '../../engine/index.ts'

/** As a blob of its own, for which a file on its way stands a while; and as text that goes with the script. */
const LARGE = Buffer.alloc(1_000_000, 'large\xff ', 'latin1')

/** A bit of everything that changes a tree, over several turns. */
const work = defineRole({
  name: 'work',
  doc: 'A tree, out of another one.',
  params: z.strictObject({ dir: z.string() }),
  async run(host, { dir }) {
    const at = (name: string) => `${dir}/${name}`
    await host.ensure(
      directory({ path: at('data/deep/er'), mode: '0750' }),
      directory({ path: at('shared'), mode: '2775' }),
      directory({ path: at('opened'), mode: '0755', recurse: true, fileMode: '0644' }),
      ...['a', 'b', 'c', 'd', 'e'].map((name) => file({ path: at(`data/${name}`), content: `new ${name}\n`.repeat(500), mode: name === 'e' ? '4755' : '0640', owner: 'nobody', group: 'daemon' })),
      absent({ path: at('old') }),
    )
    await host.ensure(file({ path: at('large'), content: LARGE, mode: '0600' }), link({ path: at('current'), target: 'data/deep', force: true }))
    await host.ensure(
      line({ path: at('conf'), regexp: /^port /, line: 'port 8080' }),
      line({ path: at('conf'), regexp: /^debug /, state: 'absent' }),
      block({ path: at('conf'), name: 'crash', block: 'one\ntwo\n' }),
      file({ path: at('secret'), content: new Secret('correct horse battery') }),
    )
    // What a command makes is only as whole as the command.
    await host.ensure(
      created({ path: at('made'), by: ['sh', '-c', 'echo half >"$1.new"; sleep 0.05; echo whole >>"$1.new"; mv "$1.new" "$1"', 'sh', at('made')] }),
      file({ path: at('data/deep/last'), content: LARGE }),
    )
    await host.run(command({ argv: ['sh', '-c', 'sleep 0.05; chmod 0711 "$1"', 'sh', at('data')], creates: at('finished') }))
    await host.ensure(file({ path: at('finished'), content: 'yes\n' }))
  },
})

const playbook = definePlaybook({
  name: 'crash',
  doc: 'For test/cli/crash.test.ts.',
  params: z.strictObject({ dir: z.string().describe('where') }),
  roles: [work],
  plays: (p) => [{ name: 'crash', hosts: 'all', roles: [use(work, { dir: p.dir })] }],
})

export default playbook
await main(import.meta, playbook)
