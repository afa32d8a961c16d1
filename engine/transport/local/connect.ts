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

/** Milliseconds for what is still in its outputs when a process has ended. */
const GRACE_MS = 300

function start(command: string): RemoteProcess {
  const store = { stdout: new Forgetful(), stderr: new Forgetful(), stdall: new Forgetful() }
  const child: ProcessPromise = $({ stdio: ['pipe', 'pipe', 'pipe'], quiet: true, nothrow: true, prefix: '', postfix: '', detached: true, store })`/bin/sh -c ${command}`
  const { stdin, stdout, stderr } = child
  let closed = false
  const ended = new Promise<Ended>((resolve) => {
    const finish = (ended: Ended) => {
      closed = true
      for (const stream of [stdin, stdout, stderr]) stream.destroy()
      resolve(ended)
    }
    const status = (code: number | null, signal: NodeJS.Signals | null): Ended => (signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal })
    child.child?.once('close', (code, signal) => finish(status(code, signal)))
    // What it left running may keep its outputs open: that is waited for only briefly.
    child.child?.once('exit', (code, signal) => setTimeout(() => finish(status(code, signal)), GRACE_MS).unref())
    void child.then((output) => finish(status(output.exitCode, output.signal)))
  })
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
    destroy: () => {
      if (!closed) void child.kill('SIGKILL').catch(() => {})
    },
    ended,
  }
}
