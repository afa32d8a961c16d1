import { apps } from '../apps/apps.ts'
import type { Layer } from './layer.ts'

/** One image: its layers, the lowest first, and what `docker inspect` shows of it. */
export interface Image {
  /** The first names the image in messages. */
  readonly tags: readonly [string, ...string[]]
  readonly layers: readonly Layer[]
  /** As in the OCI image configuration: Env, Entrypoint, Cmd, … */
  readonly config: Readonly<Record<string, unknown>>
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** libc and a static busybox, as sh, wget and everything else: what Alpine is to the official images. */
const base: Layer = {
  name: 'base',
  suite: 'bookworm',
  packages: ['libc6', 'libc-bin', 'libgcc-s1', 'busybox-static', 'gosu'],
  folders: { '/tmp': { mode: 0o1777 }, '/var/tmp': { mode: 0o1777 }, '/root': { mode: 0o700 }, '/run': {}, '/proc': {}, '/sys': {}, '/dev': {} },
  busybox: true,
}

const postgres: Layer = {
  name: 'postgres',
  suite: 'bookworm',
  packages: ['postgresql-15', 'postgresql-client-15', 'tzdata'],
  folders: {
    '/var/lib/postgresql': { owner: 70, mode: 0o1777 },
    '/var/lib/postgresql/data': { owner: 70, mode: 0o700 },
    '/run/postgresql': { owner: 70, mode: 0o2775 },
    '/docker-entrypoint-initdb.d': {},
  },
}

const redis: Layer = { name: 'redis', suite: 'bookworm', packages: ['redis-server', 'redis-tools'], folders: { '/data': { owner: 999, group: 1000 } } }

/** sid's, because Debian 12 and 13 have 2.6.2; the file switch of an app needs 2.8. It needs nothing but libc. */
const caddy: Layer = { name: 'caddy', suite: 'sid', packages: ['caddy'], alone: true, folders: { '/config/caddy': {}, '/data/caddy': {}, '/srv': {} } }

const python: Layer = { name: 'python', suite: 'bookworm', packages: ['python3.11-minimal', 'libpython3.11-stdlib'] }
const app: Layer = { name: 'apps', suite: 'bookworm', packages: [], rootfs: 'apps/rootfs' }

/** Every image of a lab host. Names, environment, volumes, ports and entrypoints are those of the official images. */
export const catalogue: readonly Image[] = [
  {
    tags: ['postgres:15-alpine', 'postgres:15'],
    layers: [base, postgres],
    config: {
      Env: [`PATH=/usr/lib/postgresql/15/bin:${path}`, 'LANG=C.UTF-8', 'PG_MAJOR=15', 'PGDATA=/var/lib/postgresql/data'],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['postgres'],
      ExposedPorts: { '5432/tcp': {} },
      Volumes: { '/var/lib/postgresql/data': {} },
      StopSignal: 'SIGINT',
    },
  },
  {
    tags: ['redis:7-alpine', 'redis:7'],
    layers: [base, redis],
    config: {
      Env: [`PATH=${path}`],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['redis-server'],
      WorkingDir: '/data',
      ExposedPorts: { '6379/tcp': {} },
      Volumes: { '/data': {} },
    },
  },
  {
    tags: ['caddy:2-alpine', 'caddy:2'],
    layers: [base, caddy],
    config: {
      Env: [`PATH=${path}`, 'XDG_CONFIG_HOME=/config', 'XDG_DATA_HOME=/data'],
      Cmd: ['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'],
      WorkingDir: '/srv',
      ExposedPorts: { '80/tcp': {}, '443/tcp': {}, '443/udp': {}, '2019/tcp': {} },
    },
  },
  ...Object.entries(apps).flatMap(([name, { versions }]) => versions.map((version) => appImage(name, version))),
]

/** An app of lab/apps at one version: the same layers for all, so that one more costs nothing. */
function appImage(name: string, version: string): Image {
  return {
    tags: [`hostwright-lab/${name}:${version}`],
    layers: [base, python, app],
    config: {
      Env: [`PATH=${path}`, 'PYTHONUNBUFFERED=1', 'PYTHONDONTWRITEBYTECODE=1', 'PORT=3000', `APP_VERSION=${version}`],
      Cmd: ['python3.11', `/app/${name}.py`],
      WorkingDir: '/app',
      User: '65534:65534',
      ExposedPorts: { '3000/tcp': {} },
      Labels: { 'org.opencontainers.image.version': version },
    },
  }
}
