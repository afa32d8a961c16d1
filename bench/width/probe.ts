/** Loaded before a playbook (`node --import`): what the process took, written to the file named by BENCH_PROBE when it ends. */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
process.on('exit', () => {
  delay.disable()
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  // Each sample is the resolution and what came on top of it; nanoseconds.
  const ms = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e5 - 50) / 10)
  const probed = {
    maxRssMb: Math.round(maxRSS / 1024),
    cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000),
    loopDelayMs: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) },
  }
  writeFileSync(process.env['BENCH_PROBE'] ?? '/dev/null', JSON.stringify(probed))
})
