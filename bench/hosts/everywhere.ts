import { attempt } from '../../lab/run.ts'
import { sshArgv, type Target } from './target.ts'

/** Runs a command on every host, all at once, over OpenSSH, and gives what each printed. Anything but exit 0 is the end. */
export async function everywhere(targets: readonly Target[], command: string): Promise<string[]> {
  return Promise.all(
    targets.map(async (target) => {
      const { code, stdout, stderr } = await attempt([...sshArgv(target), command], { limit: 120 })
      if (code !== 0) throw new Error(`${target.name}: \`${command}\` ended with ${code}: ${stderr}`)
      return stdout
    }),
  )
}
