#!/usr/bin/env node
// `npx hostwright NAME …`: the playbook of that name in ./playbooks.
import './boot.js'

await import('./hostwright.ts')
