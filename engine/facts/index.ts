/** Every fact, to read with `host.read(…)` or to ask for in a task of your own: `facts.path('/data')`. */
export { group, user } from './accounts.ts'
export { dockerEngine } from './docker-engine.ts'
export { os } from './os.ts'
export { installed } from './packages.ts'
export { digest, path, text } from './path.ts'
export { releases, type Release } from './rollout.ts'
export { service } from './service.ts'
export { tree } from './tree.ts'
