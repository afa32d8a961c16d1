import { z } from 'zod'
import { command, defineRole, directory, facts, file, TaskFailed, use, type Host, type Play } from '../../engine/index.ts'

export const jobq = defineRole({
  name: 'jobq',
  doc: 'Queues of jobs.',
  params: z.strictObject({ queues: z.array(z.string()).default(['mail', 'reports']), backup: z.string().optional() }),
  async run(host: Host, p) {
    const os = await host.read(facts.os())
    if (os !== undefined && !os.apt) host.fail('jobq is a Debian package', 'take the host out of the group')

    // One batch: one turn when nothing changes. `--tags config` does the second alone.
    const [, conf] = await host.ensure(
      directory({ path: '/etc/jobq' }),
      file({ path: '/etc/jobq/queues', content: `${p.queues.join('\n')}\n` }, { tags: ['config'] }),
    )
    if (conf.changed) host.note('the queues are others now')

    // A list is a batch too.
    await host.ensure(...p.queues.map((queue) => directory({ path: `/data/jobq/${queue}`, mode: '0750' })))

    // Three tries at most, two seconds between them. It only looks, so check mode runs it too, as long as nothing would change before it.
    const status = await host.run(command({ argv: ['jobq', 'status'], okCodes: [0, 3], changes: false }), { retries: 2, delaySeconds: 2 })
    if (status.ran && status.value.code === 3) host.note(`jobq is paused: ${status.value.stdout}`)

    try {
      await host.run(command({ argv: ['jobq', 'compact'] }))
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error
      host.note(`not compacted: ${error.failure.message}`) // the report says "rescued"
    }

    // The first host does it, the others wait for it.
    await host.once('announce', async () => {
      const { by, revision } = await host.about()
      host.note(`${by} works on the queues, from ${revision}`)
    })

    if (p.backup !== undefined) {
      const other = await host.on(p.backup)
      await other.ensure(directory({ path: `/data/backup/${host.name}` }))
    }
  },
})

export const play: Play = {
  name: 'queues',
  hosts: 'all',
  roles: [use(jobq, { queues: ['mail'] }, { when: (host) => !host.groups.includes('staging') })],
  run: async (host) => host.note('all roles are through'),
}
