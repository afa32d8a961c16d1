import { authorizedKeys } from '../../../engine/tasks/authorized-keys.ts'
import type { HostCase } from '../case.ts'

const ann = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJTbnyTlLBRnzj7jKuE0bMsWbPrWJC5kvEuNnFNrCUzC ann'
const before = [['useradd', '-m', '-s', '/bin/bash', 'hwann']]
const restore = [['userdel', '-r', 'hwann']]
const keys = '/home/hwann/.ssh/authorized_keys'

export const cases: readonly HostCase[] = [
  { name: 'authorizedKeys', before, task: () => authorizedKeys({ user: 'hwann', keys: [ann] }), breakBy: [['sh', '-c', 'echo "# mine" >"$1"; chmod 0644 "$1"', 'sh', keys]], restore },
  { name: 'authorizedKeys, and no others', before, task: () => authorizedKeys({ user: 'hwann', keys: [`no-pty ${ann}`], exclusive: true }), breakBy: [['sh', '-c', 'echo "ssh-rsa AAAAB3NzaC1yc2E= eve" >>"$1"; chmod 0777 "${1%/*}"', 'sh', keys]], restore },
]
