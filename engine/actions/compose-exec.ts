import { z } from 'zod'
import { COMPOSE } from '../tasks/compose-steps.ts'
import { quoteAll } from '../values/quote.ts'
import { Argv, RemotePath } from '../values/schema.ts'
import { defineAction } from './action.ts'
import { commandOutput, Running, runningFacts, runningSkip, runningStep, runningTouches } from './command.ts'

/**
 * Runs a command in the running container of a service, as an argv. A password goes in by `stdin`, never as an argument: whoever is on the
 * host can read those. When `timeout` is over the command is left alone in the container, and nobody waits for it any more.
 *
 * @example
 * const roles = await host.run(composeExec({ project: '/opt/services/postgres', service: 'postgres', argv: ['psql', '-U', 'postgres', '-Atc', 'select rolname from pg_roles'], changes: false }))
 */
export const composeExec = defineAction({
  name: 'composeExec',
  doc: 'Runs a command in the container of a service of a Compose project. `directory`, `user` and `env` are those in the container; `creates` and `removes` look at the host.',
  params: z.strictObject({
    project: RemotePath.describe("the project's directory on the host"),
    service: z.string().min(1),
    argv: Argv,
    ...Running,
    directory: Running.directory.describe('in the container; default: where its image says'),
    user: Running.user.describe('in the container; default: whom its image says'),
  }),
  title: (p) => `${p.service}: ${quoteAll(p.argv)}`.slice(0, 120),
  facts: runningFacts,
  skip: runningSkip,
  steps: ({ directory, user, env, ...p }) => {
    const inside = [...(directory === undefined ? [] : ['-w', directory]), ...(user === undefined ? [] : ['-u', user]), ...Object.entries(env ?? {}).flatMap(([name, value]) => ['-e', `${name}=${value}`])]
    return [runningStep(['sh', '-c', `${COMPOSE}compose exec -T "$@"`, 'sh', ...inside, '--', p.service, ...p.argv], { ...p, directory: p.project })]
  },
  changes: (p) => (p.changes ? [`run ${quoteAll(p.argv).slice(0, 200)} in ${p.service}`] : []),
  touches: runningTouches,
  result: commandOutput,
})
