/**
 * The public face of the engine: what playbooks, roles and tasks of your own are made of.
 * Roles and playbooks import from here only.
 */
export { definePlaybook, type Play, type Playbook } from './playbook/playbook.ts'
export { defineRole, use, type Role } from './playbook/role.ts'
export { main } from './cli/main.ts'

export type { Host, Results, RunAbout } from './host/host.ts'
export type { TaskResult } from './host/outcomes.ts'
export { TaskFailed } from './host/failure.ts'

// What can be wished for, and what can be done.
export * from './tasks/index.ts'
export * from './actions/index.ts'
export { fetched } from './tasks/fetched.ts'
export { sourceFile } from './tasks/file.ts'
export { Schedule } from './tasks/schedule.ts'
export { template } from './template/template.ts'
export { envFile, parseEnvFile } from './values/env-file.ts'

// For tasks, facts and actions of your own.
export { defineTask, type Task, type TaskOptions } from './tasks/task.ts'
export { change, refuse, run, type Change, type Plan } from './tasks/change.ts'
export { becomes, defineBatchFact, defineFact, given, Unreadable, Unseen, type Fact, type KnownFacts } from './facts/fact.ts'
export { each } from './facts/each.ts'
export { fresh } from './tasks/ownership.ts'
export { upstreamNames } from './tasks/rollout/settings.ts'
export { strangerIn } from './tasks/compose-refusal.ts'
export { journalPath, releasesPath } from './facts/rollout.ts'
export { contentEffects } from './tasks/rewrite.ts'
export { quote } from './values/quote.ts'
export { defineAction, type Action, type ActionResult } from './actions/action.ts'
export * as facts from './facts/index.ts'

// Values, and the schemas of params.
export { Secret } from './values/secret.ts'
export { contentOf, contentOfFile, type Content } from './values/content.ts'
export { Account, Argv, Duration, Image, Line, Memory, Mode, NetworkName, Port, RemotePath, ServiceName, Size } from './values/schema.ts'
export { PlainSecret, SecretEntry, SecretValue } from './values/secret-value.ts'

// Places for secrets, in inventories in TypeScript.
export { secret, secrets, SecretReference } from './secrets/reference.ts'

// Registries whose passwords live for hours.
export { ecrPassword } from './secrets/registry-password.ts'
export { AwsAccess } from './secrets/settings.ts'
