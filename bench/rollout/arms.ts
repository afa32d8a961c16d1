import type { Ran } from '../../lab/run.ts'
import type { BenchHost } from './bench-host.ts'

/** One app to be deployed. */
export interface Deployed {
  readonly app: string
  readonly name: string
  readonly vars: Readonly<Record<string, string>>
}

/** A way to bring a version of an app onto the host. */
export interface Arm {
  readonly doc: string
  /** What the deploy of a version that is not healthy ends with. */
  readonly refusal: number
  first(host: BenchHost, what: Deployed, version: string): Promise<Ran>
  next(host: BenchHost, what: Deployed, version: string): Promise<Ran>
}

const playbook = (strategy: string): Arm['first'] => (host, { app, name, vars }, version) =>
  host.playbook('deploy-app', [
    ...['--app-name', name, '--app-image', `hostwright-lab/${app}`, '--app-version', version, '--app-domain', `${name}.lab`, '--tls', 'false'],
    ...Object.entries({ ...vars, strategy }).flatMap(([key, value]) => ['-e', `app.${key}=${value}`]),
  ])

export const arms = {
  switch: { doc: 'deploy-app --strategy switch', refusal: 2, first: playbook('switch'), next: playbook('switch') },
  'docker-rollout': { doc: 'deploy-app --strategy docker-rollout: the plugin, with guards around it', refusal: 2, first: playbook('docker-rollout'), next: playbook('docker-rollout') },
  plugin: {
    doc: 'the plugin alone, by hand on the host: the new tag into docker-compose.yml, `docker rollout --timeout 20 NAME` (its 60 s would only make refusals longer)',
    refusal: 1,
    first: playbook('docker-rollout'),
    next: (host, { app, name }, version) =>
      host.sh(`
cd /opt/services/apps/${name} &&
sed -i 's|^\\( *image:\\).*|\\1 hostwright-lab/${app}:${version}|' docker-compose.yml &&
sed -i 's|^APP_VERSION=.*|APP_VERSION="${version}"|' .env &&
exec docker rollout --timeout 20 ${name} </dev/null`),
  },
} satisfies Readonly<Record<string, Arm>>

export type ArmName = keyof typeof arms
