import { onTheHost } from './host.ts'
import { onTheLine } from './line.ts'
import type { Mutation } from './mutation.ts'
import { ofPlans } from './plans.ts'
import { ofSecrets } from './secrets.ts'

export const MUTATIONS: readonly Mutation[] = [...onTheHost, ...onTheLine, ...ofSecrets, ...ofPlans]
