import { $, type ProcessPromise } from 'zx'
import type { Connection, Ended, RemoteProcess, Started } from '../connection.ts'

/**
 * This machine as a host: the same resident shell, started here instead of over SSH.
 *
 * zx is given the command as argv words, never as text to quote: its quoting is for bash, and `sh` here may be dash.
 */
export function connectLocal(): Connection {
  const running = new Set<RemoteProcess>()
  let leave = () => {}
  const gone = new Promise<Record<never, never>>((resolve) => (leave = () => resolve({})))
  return {
    target: 'localhost',
    gone,
    start: (command) => {
      const process = start(command)
      running.add(process)
      void process.ended.then(() => running.delete(process))
      return Promise.resolve<Started>({ ok: true, process })
    },
    close: () => {
      for (const process of running) process.end()
      leave()
      return Promise.resolve()
    },
  }
}


/** zx keeps all that a process ever said, twice; a resident shell lives as long as the run. */
class Forgetful extends Array<string | Buffer> {
  override push(): number {
    return 0
  }
}

function start(command: string): RemoteProcess {
  const store = { stdout: new Forgetful(), stderr: new Forgetful(), stdall: new Forgetful() }
  const child: ProcessPromise = $({ stdio: ['pipe', 'pipe', 'pipe'], quiet: true, nothrow: true, prefix: '', postfix: '', detached: true, store })`/bin/sh -c ${command}`
  const { stdin, stdout, stderr } = child
  let closed = false
  const ended: Promise<Ended> = finish()
  async function finish(): Promise<Ended> {
    const output = await child
    closed = true
    return output.signal === null ? { kind: 'exited', code: output.exitCode ?? 0 } : { kind: 'killed', signal: output.signal }
  }
  stdin.on('error', () => {}) // a process that is gone says so through `ended`
  return {
    listen: (handlers) => {
      stdout.on('data', handlers.stdout)
      stderr.on('data', handlers.stderr)
    },
    write: (bytes) => {
      if (closed || stdin.destroyed) return Promise.resolve()
      const written = new Promise<void>((resolve) => stdin.write(bytes, () => resolve()))
      return Promise.race([written, ended.then(() => {})])
    },
    end: () => stdin.end(),
    destroy: () => void child.kill('SIGKILL').catch(() => {}),
    ended,
  }
}
