import { setTimeout as sleep } from 'node:timers/promises'
import { Load, type LoadResult } from '../../lab/load.ts'
import { tell } from '../../lab/tell.ts'
import { courses, type BenchApp, type Course } from './apps.ts'
import { type Arm, arms, type ArmName } from './arms.ts'
import type { BenchHost } from './bench-host.ts'

/** What one app, deployed over and over in one way under load, came to. */
export interface CourseResult extends LoadResult {
  readonly strategy: ArmName
  readonly app: BenchApp
  readonly deploys: number
  /** Requests a second. */
  readonly rate: number
  /** Deploys that ended as they had to: with the new version, or refused with the old. */
  readonly asExpected: number
  readonly medianDeploySeconds: number
  /** What did not end as it had to, in words. */
  readonly surprises: readonly string[]
}

/** Deploys v1, then `deploys` times the next of the app's versions while requests come in; takes the app away at the end. */
export async function runCourse(host: BenchHost, strategy: ArmName, app: BenchApp, deploys: number, rate: number): Promise<CourseResult> {
  const course: Course = courses[app]
  const arm: Arm = arms[strategy]
  const what = { app, name: `bench-${app}`, vars: course.vars }
  await remove(host, what.name)
  const first = await arm.first(host, what, 'v1')
  if (first.code !== 0) throw new Error(`the first deploy of ${app} (${strategy}) ended with ${first.code}\n${first.stdout}\n${first.stderr}`)

  const surprises: string[] = []
  const seconds: number[] = []
  let serving = 'v1'
  const load = new Load({ address: host.address, host: `${what.name}.lab` }, rate, { seconds: 1800, slow: course.slow, sockets: course.sockets })
  let result: LoadResult
  try {
    await load.started
    await sleep(1000)
    for (let number = 0; number < deploys; number++) {
      const version = course.versions[number % course.versions.length] ?? 'v1'
      const began = performance.now()
      const { code, stdout, stderr } = await arm.next(host, what, version)
      seconds.push((performance.now() - began) / 1000)
      const [wanted, expected] = course.ends === 'replaced' ? [0, version] : [arm.refusal, serving]
      const now = await look(host, what.name)
      serving = expected
      if (code === wanted && now === `1 running, 1 in all, ${expected}`) continue
      surprises.push(`deploy ${number + 1} (${version}) ended with ${code} and left ${now}; it should have been ${wanted} and 1 running, 1 in all, ${expected}`)
      tell(`${surprises.at(-1)}\n${`${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n')}`)
    }
    await sleep(2000)
  } finally {
    result = await load.stop()
  }
  if (result.seconds < seconds.reduce((all, each) => all + each, 0)) throw new Error('the load ended before the deploys did: fewer deploys, please')
  await remove(host, what.name)
  const median = seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0
  return { strategy, app, deploys, rate, asExpected: deploys - surprises.length, medianDeploySeconds: Math.round(median * 10) / 10, surprises, ...result }
}

/** What is there after a deploy: containers of the app, and the version that answers. */
async function look(host: BenchHost, name: string): Promise<string> {
  const { stdout } = await host.sh(`
of='label=com.docker.compose.project=${name}'
version=$(curl -s -m 5 -o /dev/null -D - -H 'Host: ${name}.lab' http://127.0.0.1/health | tr -d '\\r' | sed -n 's/^[Xx]-[Aa]pp-[Vv]ersion: //p')
echo "$(docker ps -q --filter "$of" | wc -l) running, $(docker ps -aq --filter "$of" | wc -l) in all, \${version:-no answer}"`)
  return stdout.trim()
}

/** Takes an app away, with its site. */
async function remove(host: BenchHost, name: string): Promise<void> {
  const { code, stderr } = await host.sh(`
docker ps -aq --filter label=com.docker.compose.project=${name} | xargs -r docker rm -f >/dev/null
rm -rf /opt/services/apps/${name} /opt/services/caddy/sites/${name}.caddy /opt/services/caddy/up/${name}-*
rm -rf /var/lib/hostwright/releases/${name} /var/lib/hostwright/rollout/${name} /var/lib/hostwright/compose/${name}`)
  if (code !== 0) throw new Error(`${name} could not be taken away: ${stderr}`)
  await host.ready('deploy-standalone-services', ['--services', 'caddy']) // without its site
}
