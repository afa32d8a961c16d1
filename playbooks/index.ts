import deployApp from './deploy-app.ts'
import deployStandaloneServices from './deploy-standalone-services.ts'
import historyApp from './history-app.ts'
import infra from './infra.ts'
import removeApp from './remove-app.ts'
import rollbackApp from './rollback-app.ts'
import sshd from './sshd.ts'

/** The playbooks that the reference describes (docs/playbooks.md). `npx hostwright NAME` finds whatever is in this folder. */
export const playbooks = [infra, deployStandaloneServices, deployApp, rollbackApp, historyApp, removeApp, sshd] as const
