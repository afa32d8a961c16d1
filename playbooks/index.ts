import deployApp from './deploy-app.ts'
import deployStandaloneServices from './deploy-standalone-services.ts'
import infra from './infra.ts'

/** Every playbook of the house: what `npx hostwright NAME` knows and the reference describes. Yours go here, too. */
export const playbooks = [infra, deployStandaloneServices, deployApp] as const
