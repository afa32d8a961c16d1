/**
 * The public face of the engine: what playbooks, roles and tasks of your own are made of.
 * Roles and playbooks import from here only.
 */
export { definePlaybook, type Play, type Playbook } from './playbook/playbook.ts'
export { defineRole, use, type Role } from './playbook/role.ts'
export { main } from './cli/main.ts'

export type { Host, Results } from './host/host.ts'
export type { TaskResult } from './host/converge.ts'
export { TaskFailed } from './host/failure.ts'

export { defineTask, type Task, type TaskOptions } from './tasks/task.ts'
export { change, refuse, run, type Change, type Plan } from './tasks/change.ts'
export { becomes, defineBatchFact, defineFact, type Fact } from './facts/fact.ts'
export { defineAction, type Action, type ActionResult } from './actions/action.ts'

export { directory } from './tasks/directory.ts'
export { file, sourceFile } from './tasks/file.ts'
export { command, script } from './actions/command.ts'
export { path } from './facts/path.ts'
export { user as userFact } from './facts/accounts.ts'

export { Secret } from './values/secret.ts'
export { contentOf, contentOfFile, type Content } from './values/content.ts'
export { Account, Duration, Image, Line, Memory, Mode, Port, RemotePath, ServiceName } from './values/schema.ts'
