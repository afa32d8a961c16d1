import { quoteAll } from '../../engine/values/quote.ts'
import { expectedManifest } from '../workload/manifest.ts'
import { bareRun } from './bare.ts'
import type { Engine } from './engine.ts'

/** Log in everywhere, run `true`, leave. */
export const connect: Engine = {
  name: 'connect',
  title: 'connect, run true',
  does: 'connect',
  prepare: async (field) => bareRun(field, () => ({ command: 'true', stdin: '' })),
}

/** What every engine has to find out, asked as cheaply as it can be: `stat` once for all paths, `sha256sum` once for all files. The answer is compared whole. */
export const look: Engine = {
  name: 'look',
  title: 'one batched look',
  does: 'look',
  prepare: async (field) =>
    bareRun(field, ({ name }) => {
      const rows = expectedManifest(field.itemsOf(name)).map((row) => row.split(' '))
      const files = rows.filter(([kind]) => kind === 'f')
      const stat = ['stat', '-c', '%n %a %u:%g', ...rows.filter(([kind]) => kind !== 'l').map(([, path = '']) => path)]
      const links = rows.filter(([kind]) => kind === 'l')
      return {
        command: [stat, ['readlink', ...links.map(([, path = '']) => path)], ['sha256sum', ...files.map(([, path = '']) => path)]].map(quoteAll).join(' && '),
        stdin: '',
        expect: [
          ...rows.filter(([kind]) => kind !== 'l').map(([, path, mode, owner]) => `${path} ${mode} ${owner}\n`),
          ...links.map(([, , target]) => `${target}\n`),
          ...files.map(([, path, , , digest]) => `${digest}  ${path}\n`),
        ].join(''),
      }
    }),
}
