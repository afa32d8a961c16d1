import type { Fact } from '../../../engine/facts/fact.ts'
import { change, run, type Change, type RunStep, type Step, type WriteStep } from '../../../engine/tasks/change.ts'
import type { Acted, Guard } from '../../../engine/transport/link.ts'
import type { ShellLink } from '../../../engine/transport/shell/link.ts'
import { contentOf } from '../../../engine/values/content.ts'

/** A change that writes a file. */
export function writes(path: string, content: string | Uint8Array, more: Partial<Omit<WriteStep, 'kind' | 'path' | 'content'>> = {}): Change {
  return change(`write ${path}`, [{ kind: 'write', path, content: contentOf(content), mode: '0644', ...more }], [])
}

/** A change that runs a command. */
export const runs = (argv: readonly string[], more: Partial<Omit<RunStep, 'kind' | 'argv'>> = {}): Change => change(argv.join(' '), [run(argv, more)], [])

export const steps = (...each: Step[]): Change => change('steps', each, [])

/** One task a change. */
export const act = (link: ShellLink, changes: readonly Change[], guards: readonly Guard[] = [], facts: readonly Fact<unknown>[] = []): Promise<Acted> =>
  link.act({ tasks: changes.map((each) => ({ title: each.summary, changes: [each], guards })), facts })

/** What a one-change act came to, in a few words. */
export async function outcomeOf(link: ShellLink, one: Change): Promise<string> {
  const acted = await act(link, [one])
  switch (acted.kind) {
    case 'done':
      return `done ${acted.outputs[0]?.[0]?.code ?? ''}: ${acted.outputs[0]?.[0]?.stdout.toString() ?? ''}${acted.outputs[0]?.[0]?.stderr.toString() ?? ''}`
    case 'failed':
      return `failed ${acted.failure.code}${acted.failure.timedOut ? ' in time' : ''}: ${acted.failure.stderr.toString()}`
    case 'drifted':
      return 'drifted'
    case 'lost':
      return `lost at ${acted.task}.${acted.change}: ${acted.error.message}`
  }
}

/** The process group of everything that a link's shell starts; it is led by its outermost shell. */
export async function groupOf(link: ShellLink): Promise<number> {
  const said = await outcomeOf(link, runs(['sh', '-c', `cut -d' ' -f5 /proc/$PPID/stat`], { timeout: 0 }))
  return Number(said.replace('done 0: ', ''))
}
