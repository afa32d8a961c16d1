import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { cacheFolder, labSource } from '../paths.ts'
import { run } from '../run.ts'
import { tell } from '../tell.ts'
import { catalogue, type Image } from './catalogue.ts'
import { type BuiltLayer, buildLayer } from './layer.ts'

const folder = `${cacheFolder}/images`

/** Names the images as they are now: it changes when a file that makes them changes. */
export function imagesKey(): string {
  const hash = createHash('sha256').update(JSON.stringify(catalogue))
  for (const source of ['images', 'apps']) for (const file of filesBelow(`${labSource}/${source}`)) hash.update(basename(file)).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

/** Links are not followed, as `readdirSync` itself does from Node 22 on: /var/run of an image would be that of this machine. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : []
  })
}

/**
 * The archive that `docker load` reads, with every image of the catalogue; made when the cache has none. Written by
 * hand, layer by layer, so that no engine is needed to build it and images share the layers they have in common.
 */
export async function imageArchive(): Promise<string> {
  const archive = `${folder}/${imagesKey()}.tar`
  if (existsSync(archive)) return archive
  tell(`making ${catalogue.length} images (once)`)
  rmSync(folder, { recursive: true, force: true })
  const build = `${folder}/build`
  mkdirSync(build, { recursive: true })
  const layers = new Map<string, BuiltLayer>()
  for (const layer of new Set(catalogue.flatMap((image) => image.layers))) layers.set(layer.name, await buildLayer(layer, build))
  const manifest = catalogue.map((image) => writeImage(image, image.layers.flatMap(({ name }) => layers.get(name) ?? []), build))
  writeFileSync(`${build}/manifest.json`, JSON.stringify(manifest))
  await run(['tar', '-C', build, '-cf', `${archive}.new`, '.'])
  rmSync(build, { recursive: true })
  renameSync(`${archive}.new`, archive)
  return archive
}

/** Writes an image's configuration, of which the digest is the image's id, and returns its entry of manifest.json. */
function writeImage({ tags, config }: Image, layers: readonly BuiltLayer[], build: string) {
  const text = JSON.stringify({
    architecture: { x64: 'amd64' }[process.arch.toString()] ?? process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: layers.map(({ name }) => ({ created: '1970-01-01T00:00:00Z', created_by: `hostwright lab: ${name}` })),
  })
  const name = `${createHash('sha256').update(text).digest('hex')}.json`
  writeFileSync(`${build}/${name}`, text)
  return { Config: name, RepoTags: tags, Layers: layers.map((layer) => `${layer.name}.tar`) }
}
