import { fileURLToPath } from 'node:url'
import { os, type OsState } from '../../engine/facts/os.ts'
import { text } from '../../engine/facts/path.ts'
import { DAEMON_JSON, DAEMON_STAMP } from '../../engine/tasks/docker-daemon.ts'
import { dockerEngine } from '../../engine/tasks/docker-engine.ts'
import { engine, engineIs } from '../rig/docker.ts'
import { aLink } from '../../engine/testing/paths.ts'
import { given, type Given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'

const someFile = fileURLToPath(import.meta.url)
const system = (id: string, version: string, codename: string, like: string[] = []): Given => given<OsState>(os(), { id, version, codename, like, architecture: 'amd64', apt: true })
const debian13 = system('debian', '13', 'trixie')
const debian12 = system('debian', '12', 'bookworm')
const standard = { 'log-driver': 'json-file', 'log-opts': { 'max-size': '10m', 'max-file': '3' }, 'live-restore': true }
const holds = (at: string, value: unknown): Given => given(text(at), { kind: 'bytes', bytes: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) })
const file = (more: object = {}) => holds(DAEMON_JSON, { ...standard, ...more })
const stamp = (more: object = {}) => holds(DAEMON_STAMP, { ...standard, ...more })
const write = 'write /etc/docker/daemon.json'

planRows('dockerEngine', dockerEngine, [
  ['a bare Debian 13', {}, [debian13], ['install docker.io, docker-cli and docker-compose', write, 'restart docker']],
  ['a bare Ubuntu', {}, [system('ubuntu', '24.04', 'noble', ['debian'])], ['install docker.io and docker-compose-v2', write, 'restart docker']],
  ['a descendant of Ubuntu', {}, [system('linuxmint', '22', 'wilma', ['ubuntu', 'debian'])], ['install docker.io and docker-compose-v2', write, 'restart docker']],
  ['a bare Debian 12, which has no plugin', {}, [debian12], ['refused: debian 12 has no package with the Compose plugin']],
  ['a bare Debian 12, the plugin from the controller', { composePlugin: { file: someFile } }, [debian12], ['install docker.io', 'install the Compose plugin', write, 'restart docker']],
  ["from Docker's repository", { source: 'docker', repository: { key: someFile } }, [debian12], ["add Docker's repository to apt", 'install docker-ce, docker-ce-cli, containerd.io and docker-compose-plugin', write, 'restart docker']],
  ['a system that is not known', {}, [system('alpine', '3.20', '')], ['refused: alpine has no Docker that is known here']],
  ['a system that is not known, and has Docker', {}, [system('alpine', '3.20', ''), engine(), file()], []],
  ['all as wished', {}, [debian12, engine(), file()], []],
  ['settings that are a link, whose content is not known', {}, [debian12, engine(), aLink(DAEMON_JSON, '/srv/daemon.json')], ['refused: /etc/docker/daemon.json is a link to /srv/daemon.json']],
  ['all but the plugin', {}, [debian13, engine({ compose: undefined }), file()], ['install docker-compose']],
  ['no plugin, and none is wished', { composePlugin: 'keep' }, [debian12, engine({ compose: undefined }), file()], []],
  ['no daemon.json', {}, [debian12, engine({ liveRestore: false })], [write, 'restart docker']],
  ['settings of others stay', {}, [debian12, engine(), file({ 'data-root': '/srv/docker' })], []],
  ['a setting more, which a reload takes in', { settings: { labels: ['rack=1'] } }, [debian12, engine(), file()], [write, 'reload docker']],
  ['a setting more, which needs a restart', { settings: { mtu: 1400 } }, [debian12, engine(), file()], [write, 'restart docker']],
  ['a setting taken out', { settings: { mtu: null } }, [debian12, engine(), file({ mtu: 1400 })], [write, 'restart docker']],
  ['a driver that writes no files', { logDriver: 'journald' }, [debian12, engine({ loggingDriver: 'journald' }), file({ 'log-driver': 'journald', 'log-opts': {} })], []],
  ['the same, with the limits of one that does', { logDriver: 'journald' }, [debian12, engine({ loggingDriver: 'journald' }), file({ 'log-driver': 'journald' })], [write, 'restart docker']],
  ['the same by its own name', { settings: { 'log-driver': 'syslog' } }, [debian12, engine({ loggingDriver: 'syslog' }), file({ 'log-driver': 'syslog', 'log-opts': {} })], []],
  ['another that does', { logDriver: 'local' }, [debian12, engine({ loggingDriver: 'local' }), file({ 'log-driver': 'local' })], []],
  ['live restore only', {}, [debian12, engine({ liveRestore: false }), file({ 'live-restore': false })], [write, 'reload docker']],
  ['written, and the run died before the restart', {}, [debian12, engine({ configIsOlder: false, liveRestore: false }), file()], ['restart docker']],
  ['written, and the run died before the reload', { settings: { labels: ['a=b'] } }, [debian12, engine({ configIsOlder: false }), file({ labels: ['a=b'] }), stamp()], ['reload docker']],
  ['reloaded, so that the file is newer than the daemon', { settings: { labels: ['a=b'] } }, [debian12, engine({ configIsOlder: false }), file({ labels: ['a=b'] }), stamp({ labels: ['a=b'] })], []],
  ['edited by hand and not in effect', {}, [debian12, engine({ configIsOlder: false }), file({ 'log-opts': {} }), stamp()], [write]],
  ['the daemon says otherwise than the stamp', {}, [debian12, engine({ configIsOlder: false, loggingDriver: 'journald' }), file(), stamp()], ['restart docker']],
  ['stopped', {}, [debian12, engineIs({ kind: 'stopped', message: '', compose: '2.26.1' }), file()], ['start docker']],
  ['stopped, and another file', { settings: { mtu: 1400 } }, [debian12, engineIs({ kind: 'stopped', message: '', compose: '2.26.1' }), file()], [write, 'start docker']],
  ['not started with the host', {}, [debian12, engine({ atBoot: false }), file()], ['start docker when the host starts']],
  ['forbidden', {}, [debian12, engineIs({ kind: 'forbidden', message: 'permission denied' })], ['refused: the Docker daemon does not let this user in: permission denied']],
  ['a swarm', {}, [debian12, engine({ swarm: true }), file()], ['refused: live restore is not possible in a swarm']],
  ['a swarm, without live restore', { liveRestore: false }, [debian12, engine({ swarm: true, liveRestore: false }), file({ 'live-restore': false })], []],
  ['a daemon.json that is none', {}, [debian12, engine(), holds(DAEMON_JSON, '{ "log-driver": ')], ['refused: /etc/docker/daemon.json is no JSON object']],
], [
  ["source docker without the repository's key", { source: 'docker' }, /needs the repository/],
])
