import { defineRole, facts, type Host } from '../../engine/index.ts'
import { deploy } from './deploy.ts'
import { app } from './role.ts'
import { rollBack } from './rollback.ts'

/** A host that was replaced, and the release that it had: undefined when there was none. */
interface Replaced {
  readonly name: string
  readonly had: string | undefined
}

/**
 * The role `app`, for one run over several hosts: when it fails on one of them and `undo` is asked for, those that were replaced before it go
 * back to the release they had. What failed is told as before.
 */
export function undoingAll(undo: boolean): typeof app {
  const replaced: Replaced[] = []
  /** With `--serial 2` others are at work when one fails: it is not known yet what becomes of them. */
  const underWay = new Set<Promise<void>>()
  return defineRole({
    name: app.name,
    doc: app.doc,
    params: app.params,
    async run(host, p) {
      const replacing = (async () => {
        const had = undo ? await current(host, p.name) : undefined
        if (await deploy(host, p)) replaced.push({ name: host.name, had })
      })()
      underWay.add(replacing)
      try {
        await replacing
      } catch (error) {
        if (undo) {
          await Promise.allSettled(underWay)
          for (const each of replaced.splice(0).reverse()) await takenBack(host, each, p.name)
        }
        throw error
      } finally {
        underWay.delete(replacing)
      }
    },
  })
}

const current = async (host: Host, app: string): Promise<string | undefined> => (await host.read(facts.releases(app)))?.[0]?.id

/** One that cannot be taken back must not keep the others from it: it is told. */
async function takenBack(from: Host, { name, had }: Replaced, app: string): Promise<void> {
  try {
    const host = await from.on(name)
    if (had === undefined) return from.note(`${name} is not taken back: it had no release of ${app} before`)
    // The same release once more has taken the place of the one before: there is nothing to go back from.
    const all = (await host.read(facts.releases(app))) ?? []
    if (!all.some(({ id }) => id === had)) return
    await rollBack(host, app, had)
    host.undone()
  } catch {
    from.note(`${name} could not be taken back: it runs the new version of ${app}`)
  }
}
