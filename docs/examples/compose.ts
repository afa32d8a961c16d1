import { z } from 'zod'
import { template } from '../../engine/index.ts'

export const compose = template(
  import.meta,
  'compose.hbs',
  z.strictObject({
    name: z.string(),
    services: z.array(z.strictObject({ name: z.string(), image: z.string(), restart: z.string(), command: z.array(z.string()).optional() })),
  }),
)

export const content = compose({
  name: 'shop',
  services: [
    { name: 'web', image: 'shop/web:${VERSION}', restart: 'always' },
    { name: 'cron', image: 'shop/cron:7', restart: 'no', command: ['sh', '-c', 'echo "$HOME"'] },
  ],
}) // for file({ path, content })
