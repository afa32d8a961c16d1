#!/usr/bin/env node
// `npx manage-secrets -i INVENTORY COMMAND …`. Node reads TypeScript through tsx.
import { register } from 'tsx/esm/api'

register()
await import('./main.ts')
