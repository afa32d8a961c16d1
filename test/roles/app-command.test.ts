import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { AppParams } from '../../roles/app/params.ts'
import { app } from '../../roles/app/role.ts'
import { engine, networks } from '../rig/docker.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { aDirectory } from '../../engine/testing/paths.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'

const Project = z.object({ services: z.object({ worker: z.object({ command: z.array(z.string()) }) }) })

/** The Compose file that a deploy with these params puts in place. */
async function composeFile(params: object): Promise<string> {
  const fake = new FakeHost('memory', [engine(), networks('shared_network'), aDirectory('/etc')])
  await app.run(openMemory(fake).host, AppParams.parse({ name: 'worker', image: 'shop', version: 'v1', ...params }))
  const steps = fake.acts.flatMap(({ tasks }) => tasks.flatMap(({ changes }) => changes.flatMap((change) => change.steps)))
  return steps.flatMap((step) => (step.kind === 'write' && step.path.endsWith('/docker-compose.yml') ? [step.content.text ?? ''] : []))[0] ?? assert.fail('nothing was written')
}

test('app: another command than that of its image, byte for byte; a worker out of the same image', async () => {
  const command = ['sh', '-c', 'exec work --queue "$QUEUE" # 100%', "it's", '{{x}}']
  const { services } = Project.parse(parse(await composeFile({ command, health_command: 'test -e /tmp/alive' })))
  // Compose makes one "$" of two.
  assert.deepEqual(services.worker.command.map((word) => word.replaceAll('$$', '$')), command)
})

test('app: workers and jobs are services of its project, with its image, environment and data', async () => {
  const command = ['sh', '-c', 'echo "$HOME" 100%']
  const { services } = z.object({ services: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(parse(await composeFile({ data: true, workers: { mail: { command, replicas: 2, health_command: 'true' }, sms: { command } }, jobs: { nightly: { schedule: '@daily', command } } })))
  assert.deepEqual(Object.keys(services), ['worker', 'worker-mail', 'worker-sms', 'worker-nightly'])
  const written = ['sh', '-c', 'echo "$$HOME" 100%']
  for (const name of ['worker-mail', 'worker-sms', 'worker-nightly']) {
    const service = services[name]
    assert.deepEqual([service?.['image'], service?.['command'], service?.['env_file'], service?.['volumes'], service?.['networks']], ['shop:v1', written, '.env', ['/data/worker:/data'], ['shared_network']])
  }
  assert.deepEqual([services['worker-mail']?.['deploy'], services['worker-sms']?.['healthcheck'], services['worker-nightly']?.['profiles']], [{ replicas: 2 }, { disable: true }, ['job']])
})

test('app: a worker and a job of one name are refused', () => {
  const command = ['true']
  const { error } = AppParams.safeParse({ name: 'shop', image: 'shop', version: 'v1', workers: { mail: { command } }, jobs: { mail: { command, schedule: '@daily' } } })
  assert.deepEqual(error?.issues.map(({ path, message }) => [path.join('.'), message]), [['jobs.mail', 'a worker has this name, too: both would be one service']])
})

test('app: without one the image says what runs', async () => {
  assert.doesNotMatch(await composeFile({}), /command:/)
})
