import { z } from 'zod'
import { definePlaybook, main } from '../../engine/index.ts'

/** Its plays cannot even be made. */
const broken = definePlaybook({
  name: 'broken',
  doc: 'For test/cli.',
  params: z.strictObject({}),
  plays: () => {
    throw new TypeError('no such thing')
  },
})

export default broken
await main(import.meta, broken)
