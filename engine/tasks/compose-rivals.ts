import { each } from '../facts/each.ts'
import { path, type PathState } from '../facts/path.ts'
import { refuse, type Refusal } from './change.ts'

/** The project file that Compose finds by itself, and the one beside it that it merges into it. */
export const STANDARD = 'docker-compose.yml'
export const OVERRIDE = 'docker-compose.override.yml'

/** What Compose would read instead of the project file. */
const INSTEAD = ['compose.yaml', 'compose.yml']
/** What it would merge into it, whatever name that has. */
const MERGED = ['compose.override.yml', 'compose.override.yaml', OVERRIDE, 'docker-compose.override.yaml']

/** For the facts of a task whose project file is docker-compose.yml: what else Compose would find in the directory. */
export const rivals = (directory: string) => each([...INSTEAD, ...MERGED].map((name) => `${directory}/${name}`), path, 'rival')

/** Refuses what Compose would read and nobody here looks at. `tracked` are names of those that are looked at. */
export function rivalRefusal(directory: string, now: { readonly [key: `rival ${string}`]: PathState | undefined }, tracked: readonly string[] = []): Refusal | undefined {
  const stands = (name: string) => {
    const kind = now[`rival ${directory}/${name}`]?.kind ?? 'absent'
    return kind !== 'absent' && !(kind === 'file' && tracked.includes(name)) // of a link it is not known what stands behind it
  }
  const instead = INSTEAD.find(stands)
  if (instead !== undefined) return refuse(`${instead} stands beside ${STANDARD} in ${directory}, and Compose would read that instead`, 'remove one of them')
  const merged = MERGED.find(stands)
  if (merged !== undefined) return refuse(`${merged} stands beside ${STANDARD} in ${directory}, and Compose would merge it in without anybody having looked at it`, `write it into ${STANDARD}${tracked.includes(OVERRIDE) ? `, or call it ${OVERRIDE}` : ''}`)
  return undefined
}
