#!/usr/bin/env node
// `npx hostwright NAME …`: the playbook of that name in ./playbooks.
import './typescript.js'

await import('./hostwright.ts')
