import { sha256 } from '../../engine/values/content.ts'

/** A tar of these files, as bytes. */
export function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124)
    header.write('0', 156)
    header.write('ustar\x0000', 257)
    header.fill(' ', 148, 156)
    header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148)
    return [header, Buffer.from(content), Buffer.alloc((512 - (Buffer.byteLength(content) % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** An image as `docker save` packs it. */
export const imageTar = (id: string, tags: readonly string[], more: Readonly<Record<string, string>> = {}): Buffer =>
  tarOf({ 'layer/layer.tar': 'x'.repeat(1300), [`${id}.json`]: '{}', 'manifest.json': JSON.stringify([{ Config: `${id}.json`, RepoTags: tags, Layers: ['layer/layer.tar'] }]), ...more })

/** A small image that a Docker engine really loads: one file, made here. */
export function loadableImage(tag: string, content: string): Buffer {
  const layer = tarOf({ hello: content })
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Cmd: ['/hello'] }, rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] } })
  const manifest = [{ Config: `${sha256(config)}.json`, RepoTags: [tag], Layers: ['layer.tar'] }]
  return tarOf({ 'layer.tar': layer.toString('latin1'), [`${sha256(config)}.json`]: config, 'manifest.json': JSON.stringify(manifest) })
}
