import type { z } from 'zod'
import type { Place } from '../diagnostic/diagnostic.ts'
import { SecretReference } from '../secrets/reference.ts'
import { Secret } from '../values/secret.ts'
import type { Located } from './located.ts'
import type { InventoryHost } from './types.ts'

/** Gives what stands for a reference to a secret. */
export interface SecretAnswers {
  /** @param host whose variable it is; undefined for a param of the playbook. */
  of(reference: SecretReference, at: Place | undefined, host: InventoryHost | undefined): SecretAnswer
}

export interface SecretAnswer {
  readonly value: unknown
  /** It only holds the place: no store was asked yet, or none had it. */
  readonly open: boolean
}

/** Fits where a secret fits, so that all else can be checked and listed before a store is asked. */
export function standIn(reference: SecretReference): SecretAnswer {
  return { value: reference.form === 'value' || reference.form === 'key' ? (oneForAll ??= new Secret('a-secret-that-was-not-read')) : Object.freeze({}), open: true }
}
let oneForAll: Secret | undefined

/** Before any store is asked. */
export const NOT_ASKED: SecretAnswers = { of: standIn }

type Path = readonly PropertyKey[]

/** A value as a bare one, with answers in the place of references, and the paths of those that are still open. */
export function filled(root: Located, answer: (reference: SecretReference, at: Place | undefined) => SecretAnswer): { readonly value: unknown; readonly open: readonly Path[] } {
  const open: Path[] = []
  const fill = (node: Located, path: Path): unknown => {
    switch (node.kind) {
      case 'scalar': {
        if (!(node.value instanceof SecretReference)) return node.value
        const given = answer(node.value, node.at)
        if (given.open) open.push(path)
        return given.value
      }
      case 'list':
        return Object.freeze(node.items.map((item, index) => fill(item, [...path, index])))
      case 'map':
        return Object.freeze(Object.fromEntries([...node.entries].map(([key, entry]) => [key, fill(entry.value, [...path, key])])))
    }
  }
  return { value: fill(root, []), open }
}

/** What a schema found wrong, without what may only be wrong with a stand-in. That a secret cannot stand there at all is known already. */
export function settledIssues(error: z.ZodError, open: readonly Path[]): z.core.$ZodIssue[] {
  return error.issues.filter((issue) => !open.some((path) => path.every((step, index) => step === issue.path[index]) && !(issue.code === 'invalid_type' && issue.path.length === path.length)))
}
