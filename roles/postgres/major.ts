import { z } from 'zod'
import { defineTask, refuse, RemotePath } from '../../engine/index.ts'
import { postgresData } from './data.ts'

/** The major version that the tag of an image names; undefined where there is none: `postgres@sha256:…`, `postgres:latest`. */
export function majorOf(image: string): string | undefined {
  // Behind the last "/" and before the digest: a registry may have a port.
  const tag = image.replace(/@.*/s, '').split('/').at(-1)?.split(':')[1] ?? ''
  return (/(?:^|-)pg(\d+)(?:[.-]|$)/.exec(tag) ?? /^(\d+)(?:[.-]|$)/.exec(tag))?.[1]
}

/** From 18 on the image keeps its data deeper, in 18/docker of what is mounted, and refuses the old mount. */
export const isNested = (image: string): boolean => Number(majorOf(image) ?? 0) >= 18

/**
 * Refuses an image whose PostgreSQL is of another major version than the data: it would not start, or not find them, and the way there and
 * back is a dump. Its state is what data are there.
 */
export const postgresMajor = defineTask({
  name: 'postgres-major',
  doc: 'The data directory fits the major version of the image. Changes nothing.',
  params: z.strictObject({ data: RemotePath, image: z.string() }),
  title: (p) => `${p.data} fits ${p.image}`,
  facts: (p) => ({ now: postgresData(p.data) }),
  plan(p, { now }) {
    const wished = majorOf(p.image)
    const there = now.map(({ version }) => version)
    const holds = `${p.data} holds the data of PostgreSQL ${there.join(', ')}`
    if (wished === undefined)
      return now.some(({ nested }) => nested) ? refuse(`${holds}, and ${p.image} does not say its version, from which follows where it looks for them`, `name it in the tag, with a digest too where you want: ${there.at(-1) ?? ''}@sha256:…`) : []
    if (there.length === 0 || there.includes(wished)) return []
    return refuse(
      `${holds}, and ${p.image} is PostgreSQL ${wished}: it would not come up with them`,
      `stay on ${there.at(-1) ?? ''}, or dump the databases, move ${p.data} away, deploy, and restore the dump`,
    )
  },
  state: (_, { now }) => now,
})
