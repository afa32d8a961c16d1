import { z } from 'zod'
import { defineRole } from '../../engine/index.ts'

export const docker = defineRole({ name: 'docker', doc: '', params: z.strictObject({}), run: () => Promise.resolve() })
