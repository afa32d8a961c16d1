/** The parts of an image's reference. The name is the short one: `docker.io/library/redis` is `redis`. With a digest the tag says nothing. */
export interface ImageReference {
  readonly name: string
  readonly tag: string
  readonly digest: string | undefined
}

/** @example readReference('localhost:5000/shop:v1') // { name: 'localhost:5000/shop', tag: 'v1', digest: undefined } */
export function readReference(reference: string): ImageReference {
  const [rest = '', digest] = reference.split('@')
  const [, name = rest, tag = 'latest'] = /^(.*?)(?::([^:/]+))?$/.exec(rest) ?? []
  return { name: familiarName(name), tag, digest }
}

/** As Docker shows a name: without the address of its own registry. */
export const familiarName = (name: string): string => name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '')
