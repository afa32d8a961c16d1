import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Suite, unpacked } from '../../lab/packages.ts'
import { attempt } from '../../lab/run.ts'
import { unreachable } from '../../engine/values/unreachable.ts'
import { inventoryOf } from '../hosts/target.ts'
import type { Item } from '../workload/items.ts'
import type { Engine, Field, Missing, Ready } from './engine.ts'
import { timedWell } from './timed.ts'

const PACKAGES = ['ansible-core', 'ansible-mitogen', 'python3-mitogen'] as const
const NEEDS = ['jinja2', 'yaml', 'cryptography', 'packaging', 'resolvelib']
const PYTHON = '/usr/bin/python3'
const TEMPLATE = fileURLToPath(new URL('../workload/conf.hbs', import.meta.url))

/** Ansible of a Debian release, as those tune it who know it: pipelining, kept connections, a fork a host, no facts. */
export const ansible = (suite: Suite, name = 'ansible'): Engine => ({ name, title: 'Ansible', does: 'whole', slow: true, prepare: (field) => prepare(suite, field) })

/** The same with the strategy of Mitogen. */
export const mitogen = (suite: Suite, name = 'mitogen'): Engine => ({ name, title: 'Ansible + Mitogen', does: 'whole', slow: true, prepare: (field) => prepare(suite, field, 'mitogen_linear') })

async function prepare(suite: Suite, field: Field, strategy?: string): Promise<Ready | Missing> {
  const { folder, targets, itemsOf } = field
  const tree = await unpacked(`ansible-${suite}`, suite, PACKAGES).catch((error: unknown) => ({ missing: `Debian's packages cannot be had: ${error instanceof Error ? error.message : String(error)}` }))
  if (typeof tree !== 'string') return tree
  const modules = `${tree}/usr/lib/python3/dist-packages`
  const env = { HOME: folder, PYTHONPATH: modules, ANSIBLE_CONFIG: `${folder}/ansible.cfg` }
  const says = await attempt(['env', `PYTHONPATH=${modules}`, PYTHON, '-c', `import ${NEEDS.join(', ')}, ansible.release, mitogen; print(ansible.release.__version__, '.'.join(map(str, mitogen.__version__[:3])))`])
  if (says.code !== 0) return { missing: `${PYTHON} lacks what it needs (${NEEDS.map((each) => `python3-${each}`).join(' ')}): ${says.stderr.trim().split('\n').at(-1) ?? ''}` }
  const [core = '', with_ = ''] = says.stdout.trim().split(' ')
  mkdirSync(`${folder}/control`)
  writeFileSync(`${folder}/hosts.yml`, inventoryOf(targets))
  writeFileSync(`${folder}/playbook.yml`, playbookOf(itemsOf))
  writeFileSync(env.ANSIBLE_CONFIG, configOf(field, strategy && `strategy = ${strategy}\nstrategy_plugins = ${modules}/ansible_mitogen/plugins/strategy`))
  return {
    version: strategy === undefined ? core : `${with_}, on ${core}`,
    async run() {
      await hangUp(`${folder}/control`)
      const { wallMs, stdout } = await timedWell([PYTHON, `${tree}/usr/bin/ansible-playbook`, `${folder}/playbook.yml`], { env, cwd: folder })
      const recap = [...stdout.matchAll(/^\S+ +: ok=(\d+) +changed=(\d+) +unreachable=0 +failed=0 /gm)]
      if (recap.length !== targets.length) throw new Error(`Ansible told of ${recap.length} hosts:\n${stdout.slice(-2000)}`)
      return { wallMs, changed: recap.reduce((sum, [, , changed]) => sum + Number(changed), 0) }
    },
  }
}

/** Connections that the run before kept: every run begins with none. */
async function hangUp(folder: string): Promise<void> {
  for (const socket of readdirSync(folder)) await attempt(['ssh', '-F', '/dev/null', '-o', `ControlPath=${folder}/${socket}`, '-O', 'exit', 'kept'])
}

/** A task each, as a role would have them. What depends on the host is left to Ansible's own variable. */
function playbookOf(itemsOf: Field['itemsOf']): string {
  const tasks = itemsOf('{{ inventory_hostname }}').map(taskOf)
  return `${JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }], null, 1)}\n`
}

function taskOf(item: Item): object {
  switch (item.kind) {
    case 'directory':
      return { file: { path: item.path, state: 'directory', mode: item.mode } }
    case 'file':
      return { copy: { dest: item.path, content: item.content, mode: item.mode } }
    case 'template':
      return { template: { src: TEMPLATE, dest: item.path, mode: item.mode }, vars: item.values }
    case 'line':
      return { lineinfile: { path: item.path, line: item.line, create: true, mode: '0644' } }
    case 'link':
      return { file: { path: item.path, src: item.target, state: 'link' } }
    case 'command':
      return { command: { argv: item.argv, creates: item.makes } }
    default:
      return unreachable(item)
  }
}

function configOf({ folder, targets }: Field, more = ''): string {
  return `[defaults]
inventory = ${folder}/hosts.yml
forks = ${targets.length}
gathering = explicit
interpreter_python = ${PYTHON}
local_tmp = ${folder}/tmp
${more}
[ssh_connection]
pipelining = True
control_path_dir = ${folder}/control
ssh_args = -F /dev/null -o ControlMaster=auto -o ControlPersist=60s -o IdentitiesOnly=yes -o UserKnownHostsFile=${targets[0]?.knownHostsFile ?? ''} -o GlobalKnownHostsFile=/dev/null
`
}
