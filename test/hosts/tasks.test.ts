import { readdirSync } from 'node:fs'
import type { HostCase } from './case.ts'
import { cases } from '../rig/cases.ts'
import { hostCase } from './case.ts'

// Every task for real. The host's sh differs from host to host: the lab of `npm test` has dash on lab1, busybox on lab2, bash on lab3. Each case is on one
// of the first two, in turn, so that each task is on both; `npm run test:long` has each on all three.
const HOSTS = [['lab1', 'dash'], ['lab2', 'busybox'], ['lab3', 'bash']] as const
const all = cases(false, true)
let turn = 0

for (const file of readdirSync(new URL('cases', import.meta.url)).sort()) {
  const { cases: here }: { cases: readonly HostCase[] } = await import(`./cases/${file}`)
  for (const each of here) {
    // What runs in Docker is the same whatever the sh.
    const hosts = file.startsWith('docker') ? HOSTS.slice(0, 1) : all ? HOSTS : [HOSTS[turn++ % 2] ?? HOSTS[0]]
    for (const [host, sh] of hosts) hostCase(host, each, sh)
  }
}
