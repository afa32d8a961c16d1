import type { AppName } from '../../lab/apps/apps.ts'

/** How an app of the lab is deployed over and over. */
export interface Course {
  /** What is deployed in turn, after v1. */
  readonly versions: readonly [string, ...string[]]
  /** How each of these deploys has to end: replaced, or refused with the old version serving throughout. */
  readonly ends: 'replaced' | 'refused'
  /** Variables of the role `app`, where its defaults would only make the benchmark longer. */
  readonly vars: Readonly<Record<string, string>>
  /** Whether requests ask for slow answers. */
  readonly slow: boolean
  /** Websocket clients. */
  readonly sockets: number
}

/** Watched for a second instead of five after the switch: no request depends on it. */
const vars = { observe: '1s' }
const usual: Course = { versions: ['v2', 'v1'], ends: 'replaced', vars, slow: true, sockets: 0 }

export const courses = {
  good: usual,
  early: usual,
  deaf: { ...usual, vars: { ...vars, grace: '5s' } }, // it is killed after its grace, every time
  hasty: usual,
  slow: { ...usual, slow: false },
  sockets: { ...usual, vars: { ...vars, drain: '5s' }, sockets: 20 }, // a websocket is under way for as long as it is let
  sick: { ...usual, versions: ['v2', 'v3', 'v4'], ends: 'refused', vars: { ...vars, start_period: '5s' } },
} satisfies Readonly<Partial<Record<AppName, Course>>>

export type BenchApp = keyof typeof courses
