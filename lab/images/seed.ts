import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { loadAndStop, takeSeed } from '../docker.ts'
import { hostDown, hostUp } from '../host.ts'
import { cacheFolder, hostFolders } from '../paths.ts'
import { initOf } from '../process.ts'
import { imageArchive, imagesKey } from './archive.ts'
import { LabError } from '../error.ts'

/**
 * A docker folder that has every image, for hosts to start from: loading takes seconds and a copy each, a seed neither.
 * Made once, on a host of its own (lab0) that has no seed and is taken away again.
 */
export async function imageSeed(): Promise<string> {
  const folder = `${cacheFolder}/docker`
  const seed = `${folder}/${imagesKey()}`
  if (existsSync(seed)) return seed
  const archive = await imageArchive()
  await hostDown('lab0', 0)
  try {
    await hostUp('lab0', 0, { sh: 'dash' })
    const init = initOf('lab0')
    if (init === undefined) throw new LabError('lab0, on which the images are loaded, went away')
    await loadAndStop(init, archive)
    mkdirSync(folder, { recursive: true })
    await takeSeed(hostFolders('lab0').docker, seed)
  } finally {
    await hostDown('lab0', 0)
  }
  rmSync(archive) // 200 MB that no one reads again; the packages it was made from stay in the cache
  for (const old of readdirSync(folder)) if (`${folder}/${old}` !== seed) rmSync(`${folder}/${old}`, { recursive: true })
  return seed
}
