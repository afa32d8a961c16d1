import { z } from 'zod'
import { dockerEngine, noEngine } from '../facts/docker-engine.ts'
import { dockerImage as imageFact, type PresentImage } from '../facts/docker-image.ts'
import { becomes } from '../facts/fact.ts'
import type { Content } from '../values/content.ts'
import { readReference } from '../values/image-reference.ts'
import { isTagged, readImageTar, type ImageTar } from '../values/image-tar.ts'
import { ContentObject, Duration, Image } from '../values/schema.ts'
import { change, refuse, run, type Refusal } from './change.ts'
import { sourceFile } from './file.ts'
import { defineTask } from './task.ts'

const Params = z.strictObject({
  image: Image,
  state: z.enum(['present', 'absent']).default('present'),
  pull: z.enum(['missing', 'never']).default('missing').describe('a tag is fetched when it is not there, a digest when that very image is not there. never: it must be there'),
  load: z
    .union([z.string().min(1), ContentObject], 'a .tar of the controller (its path), or Content')
    .optional()
    .describe('the image, as `docker save` packs it (a .tar, not compressed): sent to the host when it does not have this very image'),
  timeout: Duration.prefault('15m').describe('until a pull or a load is given up'),
})

const tars = new WeakMap<Content, ImageTar>()

/**
 * A Docker image is on the host: pulled by tag or by digest, or loaded from a tar of the controller.
 *
 * @example
 * dockerImage({ image: 'redis:7-alpine' })
 * dockerImage({ image: 'shop:v2', load: 'build/shop-v2.tar' })
 */
export const dockerImage = defineTask({
  name: 'dockerImage',
  doc: 'A Docker image is on the host, or is not. A tag that is there is not looked up again: name a digest to be exact.',
  params: Params,
  title: (p) => p.image,
  facts: (p) => ({ engine: dockerEngine(), now: imageFact(p.image) }),
  plan(p, { engine, now }) {
    const trouble = noEngine(engine)
    if (trouble) return engine.kind === 'absent' && p.state === 'absent' ? [] : refuse(trouble.message, trouble.hint)
    if (p.state === 'absent') {
      if (now.kind === 'absent') return []
      const users = [...now.running, ...now.resting]
      if (users.length > 0 && now.tags.length <= 1) return refuse(`containers are made of ${p.image}: ${users.join(', ')}`, 'remove them first')
      return [change(`remove the image ${p.image}`, [run(['docker', 'rmi', '--', p.image])], [becomes(imageFact(p.image), { kind: 'absent' })])]
    }
    if (p.load !== undefined) {
      const tar = typeof p.load === 'string' ? sourceFile(p.load) : p.load
      const packed = tableOf(tar)
      if ('refused' in packed) return packed
      if (!isTagged(packed, p.image)) return refuse(`the tar does not hold ${p.image}`, `it holds: ${packed.tags.join(', ') || 'an image without a tag'}`)
      if (now.kind === 'present' && packed.ids.includes(now.id)) return []
      return [change(`load ${p.image}`, [run(['docker', 'load'], { stdin: tar, timeout: p.timeout })], [becomes(imageFact(p.image), made(p.image, packed.ids[0] ?? '', packed.tags))])]
    }
    if (now.kind === 'present') return []
    if (p.pull === 'never') return refuse(`${p.image} is not there, and is not to be fetched`, 'load it: load: "FILE.tar"; or say pull: "missing"')
    return [change(`pull ${p.image}`, [run(['docker', 'pull', '-q', '--', p.image], { timeout: p.timeout })], [becomes(imageFact(p.image), made(p.image, '', [p.image]))])]
  },
  state: (_, { now }) => now,
})

function made(reference: string, id: string, tags: readonly string[]): PresentImage {
  const { name, digest } = readReference(reference)
  return { kind: 'present', id, tags: digest === undefined ? tags : [], digests: digest === undefined ? [] : [`${name}@${digest}`], running: [], resting: [] }
}

/** Read once however many hosts want it. */
function tableOf(tar: Content): ImageTar | Refusal {
  const known = tars.get(tar)
  if (known) return known
  try {
    const read = readImageTar(tar)
    tars.set(tar, read)
    return read
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}
