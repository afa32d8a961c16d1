// How Node takes in our TypeScript: by itself from 22.18 on, in a fraction of the time, else through tsx.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

// What V8 made of it is kept for the next start, beside the packages: whoever may write there could change the packages too. Not in /tmp.
const packages = import.meta.url.includes('/node_modules/') ? '../../..' : '../../node_modules'
module.enableCompileCache?.(fileURLToPath(new URL(`${packages}/.cache/hostwright`, import.meta.url)))
if (!process.features.typescript) (await import('tsx/esm/api')).register()
