import { app } from './app/role.ts'
import { caddy } from './caddy/role.ts'
import { directories } from './directories/role.ts'
import { dockerRollout } from './docker-rollout/role.ts'
import { docker } from './docker/role.ts'
import { manageSecrets } from './manage-secrets/role.ts'
import { network } from './network/role.ts'
import { postgres } from './postgres/role.ts'
import { redis } from './redis/role.ts'
import { sshd } from './sshd/role.ts'

/** Every role there is. A variable in the inventory that is none of these names is a mistake, and is told as one. */
export const roles = [directories, docker, network, dockerRollout, manageSecrets, postgres, redis, caddy, app, sshd] as const
