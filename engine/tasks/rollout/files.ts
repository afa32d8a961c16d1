import { becomes, type Effect } from '../../facts/fact.ts'
import { digest, path } from '../../facts/path.ts'
import { contentOf, type Content } from '../../values/content.ts'
import { Secret } from '../../values/secret.ts'
import { run, type Step } from '../change.ts'
import { fresh } from '../ownership.ts'
import { contentEffects } from '../rewrite.ts'

/** A file as it should be: where it comes from, and what is known of it once it is in place. */
export interface WishedFile {
  readonly name: string
  readonly digest: string
  readonly text: string | undefined
  /** Puts it where the cut-over takes it from; `at` is where it goes in the end. */
  stage(next: string, at: string): Step
  effects(at: string): Effect[]
}

/** What the controller gives. */
export function givenFiles(files: Readonly<Record<string, string | Secret | Content>>): WishedFile[] {
  return Object.entries(files).map(([name, value]) => {
    const content = typeof value === 'string' || value instanceof Secret ? contentOf(value) : value
    const mode = content.secret || name.startsWith('.env') ? '0600' : '0644'
    return {
      name, digest: content.digest, text: content.text,
      stage: (next, at): Step => ({ kind: 'write', path: `${next}/${name}`, content, mode, standsFor: at }),
      effects: (at) => [becomes(path(at), { ...fresh(mode, content.size), kind: 'file' }), ...contentEffects(at, content)],
    }
  })
}

/** What a release on the host holds: `kept` are its files and their digests, `directory` is where they stand. */
export function keptFiles(kept: ReadonlyMap<string, string>, directory: string, projectFile: { readonly name: string; readonly text: string | undefined }): WishedFile[] {
  return [...kept].map(([name, sum]) => ({
    name, digest: sum, text: name === projectFile.name ? projectFile.text : undefined,
    stage: (next): Step => run(['cp', '-p', '--', `${directory}/${name}`, `${next}/${name}`], { timeout: 0 }),
    effects: (at) => [becomes(digest(at), sum)],
  }))
}
