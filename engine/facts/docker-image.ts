import { familiarName, readReference } from '../values/image-reference.ts'
import { quoteAll } from '../values/quote.ts'
import { defineBatchFact, Unreadable, type Fact } from './fact.ts'
import { jsonLines, textOf, textsOf } from './json.ts'
import { withImage } from './compose-project.ts'
import { unseenWithoutDaemon } from './docker-engine.ts'

export type ImageState = { readonly kind: 'absent' } | PresentImage

export interface PresentImage {
  readonly kind: 'present'
  /** "sha256:…"; '' when it is foretold and only the registry knows it. */
  readonly id: string
  readonly tags: readonly string[]
  /** "redis@sha256:…": what it is called in registries. */
  readonly digests: readonly string[]
  /** Names of the containers made of it that run. */
  readonly running: readonly string[]
  /** Names of the containers made of it that do not run. */
  readonly resting: readonly string[]
}

/** `dockerImage('redis:7-alpine')`: by tag, digest or id. One `docker image inspect` for all; absent where Docker is not installed. */
export const dockerImage: (reference: string) => Fact<ImageState> = defineBatchFact<string, ImageState>({
  name: 'dockerImage',
  blank: { kind: 'absent' },
  read: (references) => `
command -v docker >/dev/null || exit 0
docker image inspect --format '{"id":{{json .ID}},"tags":{{json .RepoTags}},"digests":{{json .RepoDigests}}}' -- ${quoteAll(references)} 2>&1
hw_ids=$(docker ps -aq --no-trunc 2>/dev/null)
[ -z "$hw_ids" ] || docker inspect --type container --format '= {{.Image}} {{.State.Running}} {{.Name}}' $hw_ids 2>/dev/null`,
  parse: (output, references) => {
    const { values, rest } = jsonLines(output)
    const users = rest.filter((line) => line.startsWith('= ')).map((line) => line.slice(2).split(' '))
    const troubles = rest.filter((line) => !line.startsWith('= ') && !/no such image/i.test(line) )
    const unseen = unseenWithoutDaemon(rest)
    return references.map((reference) => {
      if (unseen) return unseen
      const image = values.find((each) => isCalled(each, reference))
      if (image === undefined) return troubles[0] === undefined ? { kind: 'absent' } : new Unreadable(troubles[0])
      const id = textOf(image, 'id')
      const containers = (state: string) => users.flatMap(([of, isRunning, name = '']) => (of === id && isRunning === state ? [name.replace(/^\//, '')] : [])).sort()
      return { kind: 'present', id, tags: textsOf(image, 'tags'), digests: textsOf(image, 'digests'), running: containers('true'), resting: containers('false') }
    })
  },
  // A project whose containers were made of what the reference led to before is one to recreate.
  ripple: (reference, value, known) =>
    [...known.ofKind('composeProject')].flatMap((fact) => {
      const project = value.kind === 'present' ? withImage(known.value(fact), reference, value.id) : undefined
      return project === undefined ? [] : [{ fact, value: project }]
    }),
})

function isCalled(image: unknown, reference: string): boolean {
  const { name, tag, digest } = readReference(reference)
  const id = textOf(image, 'id')
  if (digest !== undefined) return textsOf(image, 'digests').some((each) => familiarName(each) === `${name}@${digest}`)
  if (/^(?:sha256:)?[0-9a-f]{12,64}$/.test(reference)) return id.replace('sha256:', '').startsWith(reference.replace('sha256:', ''))
  return textsOf(image, 'tags').some((each) => familiarName(each) === `${name}:${tag}`)
}
