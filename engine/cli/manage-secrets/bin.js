#!/usr/bin/env node
// `npx manage-secrets -i INVENTORY COMMAND …`.
import '../typescript.js'

await import('./main.ts')
