import { z } from 'zod'
import { created, defineRole, directory, file, line, link, type Task } from '../engine/index.ts'

/** Where the workload stands on a host; removed before a fresh run. */
export const ROOT = '/srv/hostwright-bench'

/** A hundred tasks as a role of any size has them: 40 directories, 30 files, 10 rendered files, 10 lines, 5 links, 5 guarded commands. */
export function workload(host: string): Task[] {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  return [
    ...numbers(40).map((n) => directory({ path: `${ROOT}/d${n}`, mode: n % 2 === 0 ? '0755' : '0750' })),
    ...numbers(30).map((n) => file({ path: `${ROOT}/d${n}/file`, content: `file ${n}\n`.repeat(20 + n), mode: '0644' })),
    ...numbers(10).map((n) => file({ path: `${ROOT}/d${n}/conf`, content: `# ${host}\nname = service-${n}\nport = ${8000 + n}\n`, mode: '0640' })),
    ...numbers(10).map((n) => line({ path: `${ROOT}/d${n}/lines`, line: `option${n} = yes`, create: true })),
    ...numbers(5).map((n) => link({ path: `${ROOT}/link${n}`, target: `${ROOT}/d${n}` })),
    ...numbers(5).map((n) => created({ path: `${ROOT}/d${n}/made`, by: ['touch', `${ROOT}/d${n}/made`] })),
  ]
}

export const bench = defineRole({
  name: 'bench',
  doc: 'The workload of the benchmark, in one batch.',
  params: z.strictObject({}),
  run: async (host) => void (await host.ensure(...workload(host.name))),
})
