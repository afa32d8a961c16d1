#!/usr/bin/env node
// `npx manage-secrets -i INVENTORY COMMAND …`.
import '../boot.js'

await import('./main.ts')
