import { defineRole, type Host } from '../../engine/index.ts'
import { deploy } from './deploy.ts'
import { app } from './role.ts'
import { rollBack } from './rollback.ts'

/**
 * The role `app`, for one run over several hosts: when it fails on one of them and `undo` is asked for, those that were replaced before it go
 * back to the release they had. What failed is told as before.
 */
export function undoingAll(undo: boolean): typeof app {
  const replaced: string[] = []
  return defineRole({
    name: app.name,
    doc: app.doc,
    params: app.params,
    async run(host, p) {
      try {
        if (await deploy(host, p)) replaced.push(host.name)
      } catch (error) {
        if (undo) for (const name of replaced.splice(0).reverse()) await takenBack(host, name, p.name)
        throw error
      }
    },
  })
}

/** One that cannot be taken back must not keep the others from it: it is told. */
async function takenBack(from: Host, name: string, app: string): Promise<void> {
  try {
    await rollBack(await from.on(name), app)
  } catch {
    from.note(`${name} could not be taken back: it runs the new version of ${app}`)
  }
}
