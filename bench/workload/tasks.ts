import { z } from 'zod'
import { created, defineRole, directory, file, line, link, template, type Task } from '../../engine/index.ts'
import { unreachable } from '../../engine/values/unreachable.ts'
import { FIFTY, type Item, items, ROOT } from './items.ts'

const conf = template(import.meta, 'conf.hbs', z.strictObject({ machine: z.string(), service: z.string(), listen: z.number() }))

/** The item as a task of ours. */
export function taskOf(item: Item): Task {
  switch (item.kind) {
    case 'directory':
      return directory({ path: item.path, mode: item.mode })
    case 'file':
      return file({ path: item.path, content: item.content, mode: item.mode })
    case 'template':
      return file({ path: item.path, content: conf(item.values), mode: item.mode })
    case 'line':
      return line({ path: item.path, line: item.line, create: true })
    case 'link':
      return link({ path: item.path, target: item.target })
    case 'command':
      return created({ path: item.makes, by: [...item.argv] })
    default:
      return unreachable(item)
  }
}

const NO_PARAMS = z.strictObject({})

/** A hundred tasks in one batch. */
export const batch = defineRole({
  name: 'batch',
  doc: 'A hundred tasks, in one batch.',
  params: NO_PARAMS,
  run: async (host) => void (await host.ensure(...items(host.name).map(taskOf))),
})

/** Three times the workload, as somebody writes who does not think of turns. */
export const steps = defineRole({
  name: 'steps',
  doc: 'Three hundred tasks, one `await` at a time.',
  params: NO_PARAMS,
  async run(host) {
    for (const part of ['a', 'b', 'c']) for (const item of items(host.name, { root: `${ROOT}/${part}` })) await host.ensure(taskOf(item))
  },
})

/** For very many hosts. */
export const wide = defineRole({
  name: 'wide',
  doc: 'Fifty tasks, in one batch.',
  params: NO_PARAMS,
  run: async (host) => void (await host.ensure(...items(host.name, { mixture: FIFTY }).map(taskOf))),
})
