/** A host to bench on, and all that is needed to log in there: root's key is let in, the host's keys are in known_hosts. */
export interface Target {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly privateKeyFile: string
  readonly knownHostsFile: string
}

/** Hosts that stand while a bench runs; disposed of, only those go that were made for it. */
export interface Hosts extends AsyncDisposable {
  readonly targets: readonly Target[]
  /** What they are, for the result: "lab hosts", … */
  readonly kind: string
  /** Takes what the workload made from all of them. Not timed. */
  clean(): Promise<void>
}

/** The ssh command line that reaches a target, strictly and asking nothing: OpenSSH, so that what we check with is not what we check. */
export function sshArgv({ address, port, user, privateKeyFile, knownHostsFile }: Target): [string, ...string[]] {
  const options = [`UserKnownHostsFile=${knownHostsFile}`, 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=yes', 'IdentitiesOnly=yes', 'ConnectTimeout=10', 'BatchMode=yes']
  return ['ssh', '-F', '/dev/null', '-i', privateKeyFile, '-p', String(port), ...options.flatMap((option) => ['-o', option]), '-l', user, address]
}

/** The targets as an inventory that hostwright and Ansible both read. JSON is YAML. */
export function inventoryOf(targets: readonly Target[]): string {
  const hosts = targets.map(({ name, address, port, user, privateKeyFile, knownHostsFile }) => [
    name,
    { ansible_host: address, ansible_port: port, ansible_user: user, ansible_ssh_private_key_file: privateKeyFile, known_hosts_file: knownHostsFile },
  ])
  return `${JSON.stringify({ all: { hosts: Object.fromEntries(hosts) } }, null, 1)}\n`
}
