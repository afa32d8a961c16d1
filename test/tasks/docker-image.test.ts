import { dockerImage as imageFact, type PresentImage } from '../../engine/facts/docker-image.ts'
import { dockerImage } from '../../engine/tasks/docker-image.ts'
import { contentOf } from '../../engine/values/content.ts'
import { engine } from '../rig/docker.ts'
import { given, type Given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'
import { imageTar, tarOf } from '../rig/tar.ts'

const there = (image: string, more: Partial<PresentImage> = {}): Given => given(imageFact(image), { kind: 'present', id: 'sha256:old', tags: [image], digests: [], running: [], resting: [], ...more })
const byDigest = `redis@sha256:${'a'.repeat(64)}`
const tar = contentOf(imageTar('aaaa', ['shop:v2']))
const inIndex = contentOf(imageTar('aaaa', ['shop:v2'], { 'index.json': JSON.stringify({ manifests: [{ digest: 'sha256:bbbb' }] }) }))

planRows('dockerImage', dockerImage, [
  ['absent', { image: 'redis:7' }, [engine()], ['pull redis:7']],
  ['there', { image: 'redis:7' }, [engine(), there('redis:7')], []],
  ['by digest', { image: byDigest }, [engine()], [`pull ${byDigest}`]],
  ['absent, and not to be fetched', { image: 'redis:7', pull: 'never' }, [engine()], ['refused: redis:7 is not there, and is not to be fetched']],
  ['from a tar', { image: 'shop:v2', load: tar }, [engine()], ['load shop:v2']],
  ['from a tar, another one is there', { image: 'shop:v2', load: tar }, [engine(), there('shop:v2')], ['load shop:v2']],
  ['from a tar, and there', { image: 'shop:v2', load: tar }, [engine(), there('shop:v2', { id: 'sha256:aaaa' })], []],
  ['from a tar, and there in the store of containerd', { image: 'shop:v2', load: inIndex }, [engine(), there('shop:v2', { id: 'sha256:bbbb' })], []],
  ['a tar of something else', { image: 'shop:v3', load: tar }, [engine()], ['refused: the tar does not hold shop:v3']],
  ['a tar that is none of docker save', { image: 'shop:v2', load: contentOf(tarOf({ 'bin/sh': '' })) }, [engine()], ['refused: this is no image as `docker save` packs it: give the .tar itself, not compressed']],
  ['a file that is no tar', { image: 'shop:v2', load: contentOf('no tar at all') }, [engine()], ['refused: this is no image as `docker save` packs it: give the .tar itself, not compressed']],
  ['wished away', { image: 'redis:7', state: 'absent' }, [engine(), there('redis:7')], ['remove the image redis:7']],
  ['wished away and gone', { image: 'redis:7', state: 'absent' }, [engine()], []],
  ['wished away, in use', { image: 'redis:7', state: 'absent' }, [engine(), there('redis:7', { running: ['redis'] })], ['refused: containers are made of redis:7: redis']],
  ['wished away, in use under another name too', { image: 'redis:7', state: 'absent' }, [engine(), there('redis:7', { tags: ['redis:7', 'redis:latest'], running: ['redis'] })], ['remove the image redis:7']],
  ['no Docker', { image: 'redis:7' }, [], ['refused: Docker is not installed']],
])
