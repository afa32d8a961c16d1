#!/usr/bin/env node
// `npx hostwright NAME …`: the playbook of that name in ./playbooks. Node reads TypeScript through tsx.
import { register } from 'tsx/esm/api'

register()
await import('./hostwright.ts')
