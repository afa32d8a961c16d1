import { existsSync, readFileSync } from 'node:fs'
import { processesIn } from './network.ts'
import { waitUntil } from './wait.ts'

/** Process 1 of a host, by this machine's ids; undefined when the host is not running. */
export function initOf(name: string): number | undefined {
  return processesIn(name).find(isInit)
}

/** The argv that runs `command` in the host of which `init` is process 1: all its namespaces and its root, a clean environment. */
export function inHost(init: number, command: readonly string[]): [string, ...string[]] {
  const enter = ['--target', String(init), '--mount', '--uts', '--ipc', '--net', '--pid', '--root', '--wd=/']
  return ['nsenter', ...enter, 'env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', ...command]
}

/** Ends everything in a host, containers too: with process 1 of a pid namespace the kernel ends all the others. */
export async function endProcesses(name: string): Promise<void> {
  const init = initOf(name)
  if (init !== undefined) {
    endProcess(init)
    await waitUntil(`the end of ${name}`, 10, async () => !existsSync(`/proc/${init}`)) // its parent, unshare, buries it
  }
  await waitUntil(`the end of the processes of ${name}`, 20, async () => {
    const left = processesIn(name)
    for (const pid of left) endProcess(pid)
    return left.length === 0
  })
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // gone by itself in between
  }
}

/** Whether `pid` is number 1 of the pid namespace just below ours: "NSpid: 4711 1". */
function isInit(pid: number): boolean {
  const path = `/proc/${pid}/status`
  return existsSync(path) && /^NSpid:\t\d+\t1$/m.test(readFileSync(path, 'utf8'))
}
