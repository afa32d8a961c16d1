import { z } from 'zod'
import { defineTask, facts, refuse, RemotePath } from '../../engine/index.ts'

/** The major version that the tag of an image names; undefined where there is none: `postgres@sha256:…`, `postgres:latest`. */
export function majorOf(image: string): string | undefined {
  // Behind the last "/" and before the digest: a registry may have a port.
  const tag = image.replace(/@.*/s, '').split('/').at(-1)?.split(':')[1] ?? ''
  return (/(?:^|-)pg(\d+)(?:[.-]|$)/.exec(tag) ?? /^(\d+)(?:[.-]|$)/.exec(tag))?.[1]
}

/**
 * Refuses an image whose PostgreSQL is of another major version than the data: it would not start, and the way there and back is a dump.
 */
export const postgresMajor = defineTask({
  name: 'postgres-major',
  doc: 'The data directory fits the major version of the image. Changes nothing.',
  params: z.strictObject({ data: RemotePath, image: z.string() }),
  title: (p) => `${p.data} fits ${p.image}`,
  facts: (p) => ({ version: facts.text(`${p.data}/PG_VERSION`) }),
  plan(p, { version }) {
    if (version.kind !== 'bytes') return []
    const there = version.bytes.toString().trim()
    const wished = majorOf(p.image)
    if (wished === undefined || wished === there) return []
    return refuse(
      `${p.data} holds the data of PostgreSQL ${there}, and ${p.image} is PostgreSQL ${wished}: it would not start`,
      `stay on ${there}, or dump the databases, move ${p.data} away, deploy, and restore the dump`,
    )
  },
})
