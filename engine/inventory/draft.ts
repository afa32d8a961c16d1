import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import type { LocatedMap } from './located.ts'

/** What one source says about a group. INI, YAML, modules and host lists all end here; the same group may come many times. */
export interface DraftGroup {
  readonly name: string
  readonly at: Place | undefined
  readonly hosts: readonly DraftHost[]
  readonly children: readonly DraftChild[]
  readonly vars: LocatedMap
}

export interface DraftHost {
  /** A name, possibly with ranges and a port. */
  readonly pattern: string
  readonly at: Place | undefined
  readonly vars: LocatedMap
}

export interface DraftChild {
  readonly name: string
  readonly at: Place | undefined
}

/** What is found on the way. Readers go on after an error, so that a person sees all of them at once. */
export interface Problems {
  readonly errors: Diagnostic[]
  readonly warnings: Diagnostic[]
}
