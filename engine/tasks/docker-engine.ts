import { z } from 'zod'
import { dockerEngine as engineFact, type EngineState, type RunningEngine } from '../facts/docker-engine.ts'
import { becomes, type Effect } from '../facts/fact.ts'
import { os as osFact, type OsState } from '../facts/os.ts'
import { digest, path, text, type FileText } from '../facts/path.ts'
import { contentOf } from '../values/content.ts'
import { change, refuse, run, type Change, type Refusal, type Step } from './change.ts'
import {
  canReload, controlDaemon, DAEMON_JSON, DAEMON_STAMP, differingSettings, keepSettings, mergeSettings, readSettings, settingsText, SettingsSchema, writeSettings,
  type Settings, type Verb,
} from './docker-daemon.ts'
import { distributionPackages, OWN_PACKAGES, repositoryFiles, RepositorySchema } from './docker-install.ts'
import { sourceFile } from './file.ts'
import { fresh } from './ownership.ts'
import { installSteps } from './packages.ts'
import { contentEffects } from './rewrite.ts'
import { defineTask } from './task.ts'

const PLUGIN = '/usr/local/lib/docker/cli-plugins/docker-compose'

const Params = z
  .strictObject({
    source: z.enum(['distribution', 'docker']).default('distribution').describe("where Docker comes from when it is not there: the distribution's packages, or Docker's own repository"),
    repository: RepositorySchema.optional().describe("with source docker: the repository's key, and its address when it is a mirror"),
    composePlugin: z
      .union([z.enum(['install', 'keep']), z.strictObject({ file: z.string().min(1).describe('a docker-compose of the controller') })], "'install', 'keep', or { file: a file of the controller }")
      .default('install')
      .describe('install: from the same source when there is none; keep: whatever is there; a file: this very program is put in place'),
    logDriver: z.string().default('json-file'),
    logOptions: z.record(z.string(), z.string()).optional().describe('default: max-size 10m and max-file 3 for json-file and local, where the logs of a container would fill the disk; none for other drivers'),
    liveRestore: z.boolean().default(true).describe('containers go on while the daemon restarts; not possible in a swarm'),
    settings: SettingsSchema.default({}).describe('more of daemon.json, by its own names; null takes a setting out'),
  })
  .refine((p) => p.source === 'distribution' || p.repository !== undefined, 'source docker needs the repository: { key: … }')
type P = z.output<typeof Params>

/**
 * Docker and the Compose plugin are there and run, with this daemon.json. A Docker of any origin is taken as it is. What stands in
 * daemon.json beside these settings stays; what the daemon can take in by a reload is reloaded, for the rest it is restarted, once.
 *
 * @example
 * dockerEngine({ settings: { 'default-address-pools': [{ base: '172.30.0.0/16', size: 24 }] } })
 * dockerEngine({ source: 'docker', repository: { key: 'files/docker.asc' } })
 */
export const dockerEngine = defineTask({
  name: 'dockerEngine',
  doc: 'Docker and the Compose plugin are installed and run, with this configuration: logs that are rotated, containers that outlive a restart of the daemon.',
  params: Params,
  title: () => 'with Compose',
  facts: () => ({
    engine: engineFact(), os: osFact(), at: path(DAEMON_JSON), file: text(DAEMON_JSON), fileDigest: digest(DAEMON_JSON), stamp: text(DAEMON_STAMP), plugin: digest(PLUGIN),
  }),
  plan(p, now) {
    if (now.engine.kind === 'forbidden') return refuse(`the Docker daemon does not let this user in: ${now.engine.message}`, 'connect as root, or become root: -b')
    // What stands beside these settings stays: of a link, or of more than a text, it is not known here.
    if (now.at.kind !== 'absent' && now.file.kind !== 'bytes') return refuse(`${DAEMON_JSON} is ${now.at.kind === 'link' ? `a link to ${now.at.target}` : now.at.kind === 'file' ? 'too large to be one' : 'no file'}`, 'put a file there, or move it away')
    const there = readSettings(textIn(now.file))
    if (there === undefined) return refuse(`${DAEMON_JSON} is no JSON object`, 'correct it, or move it away')
    if (p.liveRestore && now.engine.kind === 'running' && now.engine.swarm) return refuse('live restore is not possible in a swarm', 'say liveRestore: false')

    const installed = install(p, now)
    if ('refused' in installed) return installed
    const changes: Change[] = [...installed.changes]
    let engine = installed.engine
    const wished = mergeSettings(there, { 'log-driver': p.logDriver, 'log-opts': p.logOptions ?? logOptionsOf(p.settings['log-driver'] ?? p.logDriver), 'live-restore': p.liveRestore, ...p.settings })
    const settings = configure(engine, there, wished, textIn(now.stamp))
    if (settings.write) changes.push(settings.write)
    if (settings.verb) {
      engine = { ...RUNNING, ...(engine.kind === 'running' ? engine : { compose: engine.compose, atBoot: undefined }), ...fromSettings(wished), configIsOlder: settings.verb !== 'reload' }
      const stamp = contentOf(settings.write ? settingsText(wished) : textIn(now.file))
      const control = controlDaemon(settings.verb, wished['live-restore'] === true)
      changes.push(change(`${settings.verb} docker`, [control], [becomes(engineFact(), engine), ...(stamp.size > 0 ? written(DAEMON_STAMP, '0600', stamp) : [])], { touches: ['dockerNetwork', 'dockerNetworkNames', 'dockerImage', 'composeProject'] }))
    }
    if (engine.kind === 'running' && engine.atBoot === false) changes.push(change('start docker when the host starts', [enable()], [becomes(engineFact(), { ...engine, atBoot: true })]))
    return changes
  },
  state: (_, { engine }) => engine,
})

/** The daemon does not start with an option that its driver does not know, and only those that write files know limits. */
const logOptionsOf = (driver: unknown) => (driver === 'json-file' || driver === 'local' ? { 'max-size': '10m', 'max-file': '3' } : {})

/** An engine of which nothing is known but that it will run. */
const RUNNING: RunningEngine = { kind: 'running', version: '', compose: undefined, liveRestore: false, loggingDriver: 'json-file', swarm: false, configIsOlder: true, atBoot: undefined }

type There = RunningEngine | Extract<EngineState, { kind: 'stopped' }>

/** What has to be installed, and the engine as it is then. */
function install(p: P, now: { readonly engine: EngineState; readonly os: OsState; readonly plugin: string | undefined }): { changes: Change[]; engine: There } | Refusal {
  const offer = p.source === 'docker' ? OWN_PACKAGES : distributionPackages(now.os)
  const isThere = now.engine.kind === 'running' || now.engine.kind === 'stopped'
  const lacksPlugin = p.composePlugin === 'install' && !((now.engine.kind === 'running' || now.engine.kind === 'stopped') && now.engine.compose !== undefined)
  if (!isThere && offer.engine === undefined) return refuse(`${now.os.id || 'this system'} has no Docker that is known here`, 'install Docker by hand: it is taken as it is')
  if (lacksPlugin && offer.compose === undefined)
    return refuse(`${now.os.id} ${now.os.version} has no package with the Compose plugin`, "say source: 'docker', or composePlugin: { file: … } with a docker-compose of the controller")
  const names = [...(isThere ? [] : (offer.engine ?? [])), ...(lacksPlugin ? (offer.compose ?? []) : [])]
  if (names.length > 0 && !now.os.apt) return refuse('this host has no apt to install Docker with', 'install Docker by hand: it is taken as it is')

  const changes: Change[] = []
  let engine: There = now.engine.kind === 'running' || now.engine.kind === 'stopped' ? now.engine : { ...RUNNING, atBoot: true }
  if (names.length > 0 && p.source === 'docker' && p.repository) {
    const files = repositoryFiles(now.os, p.repository, sourceFile(p.repository.key))
    if ('refused' in files) return files
    changes.push(change("add Docker's repository to apt", files.steps, files.effects, { touches: ['indexAge', 'candidate'] }))
  }
  if (names.length > 0) {
    if (lacksPlugin) engine = { ...engine, compose: '' }
    const starts = isThere ? [] : [controlDaemon('start', false)]
    changes.push(change(`install ${listed(names)}`, [...installSteps(names), ...starts], [becomes(engineFact(), engine)], { touches: 'everything' }))
  }
  if (typeof p.composePlugin === 'object') {
    const plugin = sourceFile(p.composePlugin.file)
    if (now.plugin !== plugin.digest) {
      engine = { ...engine, compose: '' }
      const steps: Step[] = [run(['mkdir', '-p', '-m', '0755', '--', PLUGIN.slice(0, PLUGIN.lastIndexOf('/'))], { timeout: 0 }), { kind: 'write', path: PLUGIN, content: plugin, mode: '0755' }]
      changes.push(change('install the Compose plugin', steps, [...written(PLUGIN, '0755', plugin), becomes(engineFact(), engine)]))
    }
  }
  return { changes, engine }
}

/** Whether the file has to be written, and what makes the daemon run with it. */
function configure(engine: There, there: Settings, wished: Settings, stamp: string): { write?: Change; verb?: Verb } {
  const changed = differingSettings(there, wished)
  const content = contentOf(settingsText(wished))
  const isLoaded = engine.kind === 'running' && (engine.configIsOlder || (stamp !== '' && differingSettings(readSettings(stamp) ?? {}, there).length === 0))
  const keep = isLoaded ? [keepSettings()] : []
  const write =
    changed.length === 0
      ? undefined
      : change(`write ${DAEMON_JSON}`, [run(['mkdir', '-p', '-m', '0755', '--', '/etc/docker'], { timeout: 0 }), ...keep, writeSettings(wished)], written(DAEMON_JSON, '0644', content))
  if (engine.kind === 'stopped') return { ...(write && { write }), verb: 'start' }
  // What it says of itself counts for more than what we noted.
  const isBelied = differingSettings(fromSettings(wished), { liveRestore: engine.liveRestore, loggingDriver: engine.loggingDriver })
  const running = isLoaded ? there : stamp === '' ? undefined : readSettings(stamp)
  const behind = running === undefined ? ['everything'] : differingSettings(running, wished)
  if (behind.length === 0 && isBelied.length === 0) return { ...(write && { write }) }
  const verb = canReload(behind) && !isBelied.includes('loggingDriver') ? 'reload' : 'restart'
  return { ...(write && { write }), verb }
}

/** What `docker info` will say of these settings. */
const fromSettings = (settings: Settings) => ({
  liveRestore: settings['live-restore'] === true,
  loggingDriver: typeof settings['log-driver'] === 'string' ? settings['log-driver'] : 'json-file',
})

function enable(): Step {
  const both = 'if [ -d /run/systemd/system ]; then systemctl enable docker.service; else update-rc.d docker defaults && update-rc.d docker enable; fi'
  return run(['sh', '-c', both], { timeout: 60 })
}

const written = (at: string, mode: string, content: ReturnType<typeof contentOf>): Effect[] => [becomes(path(at), { ...fresh(mode, content.size), kind: 'file' as const }), ...contentEffects(at, content)]

const textIn = (seen: FileText): string => (seen.kind === 'bytes' ? seen.bytes.toString() : '')

const listed = (names: readonly string[]) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`)
