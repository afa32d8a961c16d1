import { readdirSync } from 'node:fs'
import type { HostCase } from './case.ts'
import { cases } from '../rig/cases.ts'
import { hostCase } from './case.ts'

// Every task for real. The host's sh differs from host to host: the lab of `npm test` has dash on lab1, busybox on lab2, bash on lab3. What bash does
// differently, the tests that need no host have seen: as the sh of Debian it is rare.
const [debian, smallest, rare] = [['lab1', 'dash'], ['lab2', 'busybox'], ['lab3', 'bash']] as const
const hosts = cases<readonly (readonly [string, string])[]>([debian, smallest], [debian, smallest, rare])

for (const file of readdirSync(new URL('cases', import.meta.url)).sort()) {
  const { cases: here }: { cases: readonly HostCase[] } = await import(`./cases/${file}`)
  // What runs in Docker is the same whatever the sh; one host is enough, and a third of the time.
  for (const [host, sh] of file.startsWith('docker') ? hosts.slice(0, 1) : hosts) for (const each of here) hostCase(host, each, sh)
}
