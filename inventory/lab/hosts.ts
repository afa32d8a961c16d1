import { clientKey, knownHosts } from '../../lab/paths.ts'
import { readState } from '../../lab/state.ts'

/**
 * The lab hosts that are up now (`npm run lab -- up`), in the shape of an Ansible inventory. A YAML file would do the
 * same for hosts that do not come and go.
 */
const hosts = Object.entries(readState().hosts)
const everyHost = { hosts: Object.fromEntries(hosts.map(([name]) => [name, {}])) }

export default {
  all: {
    vars: { ansible_user: 'root', ansible_ssh_private_key_file: clientKey, known_hosts_file: knownHosts },
    hosts: Object.fromEntries(hosts.map(([name, { address }]) => [name, { ansible_host: address }])),
    children: { services: everyHost, apps: everyHost },
  },
}
