import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { attempt } from '../../lab/run.ts'
import type { Engine } from './engine.ts'
import { timedWell } from './timed.ts'

const DEPLOY = fileURLToPath(new URL('pyinfra-deploy.py', import.meta.url))
const TEMPLATE = fileURLToPath(new URL('../workload/conf.hbs', import.meta.url))

/** pyinfra, where the machine has one on its PATH: Debian has none. `-y`: without a look before, which is faster. */
export const pyinfra: Engine = {
  name: 'pyinfra',
  title: 'pyinfra',
  does: 'whole',
  slow: true,
  async prepare({ targets, itemsOf, folder }) {
    const says = await attempt(['pyinfra', '--version']).catch(() => undefined)
    if (says === undefined || says.code !== 0) return { missing: 'there is no `pyinfra` on PATH' }
    const hosts = targets.map(({ name, address, port, user, privateKeyFile, knownHostsFile }) => [
      name,
      { ssh_hostname: address, ssh_port: port, ssh_user: user, ssh_key: privateKeyFile, ssh_known_hosts_file: knownHostsFile, items: itemsOf(name), template: TEMPLATE },
    ])
    writeFileSync(`${folder}/hosts.json`, JSON.stringify(hosts))
    writeFileSync(`${folder}/inventory.py`, `import json\nhosts = [tuple(each) for each in json.load(open(${JSON.stringify(`${folder}/hosts.json`)}))]\n`)
    return {
      version: /v?(\d\S*)/.exec(says.stdout)?.[1] ?? says.stdout.trim(),
      async run() {
        const { wallMs } = await timedWell(['pyinfra', '-y', `${folder}/inventory.py`, DEPLOY], { env: { HOME: folder }, cwd: folder })
        return { wallMs }
      },
    }
  },
}
