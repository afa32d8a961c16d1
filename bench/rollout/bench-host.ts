import { hostNamed } from '../../lab/lab.ts'
import { attempt, type Ran } from '../../lab/run.ts'
import { sshCommand } from '../../lab/ssh.ts'

/** The lab host of the benchmark: playbooks run on it as a user runs them, and commands as a user types them there. */
export class BenchHost {
  readonly name: string
  readonly address: string

  constructor(name: string) {
    this.name = name
    this.address = hostNamed(name).address
  }

  /** Runs a playbook on this host only; at most five minutes. */
  playbook(name: string, args: readonly string[]): Promise<Ran> {
    return attempt(['node_modules/.bin/tsx', `playbooks/${name}.ts`, '-i', 'lab', '-l', this.name, ...args], { limit: 300 })
  }

  /** The same where it has to end with 0. */
  async ready(name: string, args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await this.playbook(name, args)
    if (code !== 0) throw new Error(`${name} ended with ${code}\n${stdout}\n${stderr}`)
  }

  /** Runs a script on the host; at most three minutes. */
  sh(script: string): Promise<Ran> {
    return attempt([...sshCommand(this.address), 'sh -s'], { input: script, limit: 180 })
  }
}
