/**
 * `npm run bench:rollout`: what deploys cost the users of an app. Every app of the lab, good and bad-mannered, is deployed over and over under
 * open-loop load, in each of three ways; every request is counted. The last result: bench/results/rollout.json.
 *
 *   --apps good,early       which apps; default all
 *   --strategies switch     which ways; default switch, docker-rollout, plugin
 *   --deploys 20            of each app
 *   --rate 150              requests a second
 *   --host lab1             a lab host; brought up when it is not
 *   --plugin FILE           the real docker-rollout, where you have it; default: the stand-in of the lab
 *
 * Ends with 0 when `switch` lost no request and each of its deploys ended as it had to; what the others lose is for comparing.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { tell } from '../lab/tell.ts'
import { arms, type ArmName } from './rollout/arms.ts'
import { courses, type BenchApp } from './rollout/apps.ts'
import { BenchHost } from './rollout/bench-host.ts'
import { type CourseResult, runCourse } from './rollout/course.ts'
import { keep } from './rollout/kept.ts'
import { table } from './rollout/table.ts'

const { values: flags } = parseArgs({
  options: {
    apps: { type: 'string', default: Object.keys(courses).join() }, strategies: { type: 'string', default: Object.keys(arms).join() },
    deploys: { type: 'string', default: '20' }, rate: { type: 'string', default: '150' }, host: { type: 'string', default: 'lab1' }, plugin: { type: 'string' },
  },
})
const isApp = (name: string): name is BenchApp => Object.hasOwn(courses, name)
const isArm = (name: string): name is ArmName => Object.hasOwn(arms, name)
function chosen<T extends string>(flag: string, text: string, is: (name: string) => name is T, all: object): T[] {
  return text.split(',').map((name) => {
    if (!is(name)) throw new Error(`--${flag} ${name}: there are ${Object.keys(all).join(', ')}`)
    return name
  })
}
function between(flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!(value >= least && value <= most)) throw new Error(`--${flag} ${text}: from ${least} to ${most}`)
  return value
}
const apps = chosen('apps', flags.apps, isApp, courses)
const strategies = chosen('strategies', flags.strategies, isArm, arms)
const deploys = between('deploys', flags.deploys, 1, 100)
const rate = between('rate', flags.rate, 1, 500)

execFileSync('node_modules/.bin/tsx', ['lab/cli.ts', 'up', String(Number(flags.host.replace('lab', '')))], { stdio: ['ignore', 2, 2] })
const host = new BenchHost(flags.host)
await host.ready('infra', flags.plugin === undefined ? [] : ['-e', `docker_rollout.file=${flags.plugin}`])
await host.ready('deploy-standalone-services', ['--services', 'caddy'])
const missing = await host.sh(`docker image inspect ${apps.map((app) => `hostwright-lab/${app}:v1`).join(' ')} >/dev/null`)
if (missing.code !== 0) throw new Error(`${flags.host} is older than the images of the lab: npm run lab -- reset ${flags.host}\n${missing.stderr}`)
const plugin = (await host.sh('docker rollout --version')).stdout.trim()

const results: CourseResult[] = []
for (const strategy of strategies) {
  for (const app of apps) {
    const result = await runCourse(host, strategy, app, deploys, rate)
    results.push(result)
    keep(result, { ...(strategy !== 'switch' && { plugin }), node: process.version, cores: cpus().length, when: new Date().toISOString() })
    tell(`${strategy}, ${app}: ${result.failed} of ${result.sent} failed ${JSON.stringify(result.kinds)}, ${result.asExpected} of ${deploys} deploys as expected, ${result.medianDeploySeconds} s each`)
  }
}
console.log(`${table(results)}\n\n${deploys} deploys of each app, ${rate} requests a second; plugin: ${plugin}`)
for (const { strategy, app, failures, surprises } of results) for (const each of [...surprises, ...failures.slice(0, 3)]) console.log(`${strategy}, ${app}: ${each}`)
process.exitCode = results.some(({ strategy, failed, surprises }) => strategy === 'switch' && (failed > 0 || surprises.length > 0)) ? 1 : 0
