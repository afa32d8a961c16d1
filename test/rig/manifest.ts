import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { hostFolders } from '../../lab/paths.ts'
import { initOf } from '../../lab/process.ts'
import { needs } from './needs.ts'

const GETFATTR = needs('getfattr', 'attr')

/** Where programs of the host write on their own, all the time: PostgreSQL tidies up every minute. */
const NOISE = /^(?:data\/postgres\/(?:base|global|pg_[a-z_]+)|var\/log|var\/lib\/docker|run|tmp|proc|sys|dev|opt\/containerd|etc\/docker\/key\.json|var\/cache|root\/\.cache|var\/lib\/hostwright-none)(?:\/|$)/

/** A service that writes gives its directory a new time whenever it does, and its data are the operator's: mode and owner count. */
const LIVING = /^data(?:\/|$)/

/**
 * All that a host is, read from outside: of each path that differs from a fresh host its type, mode, owner, inode, times (of its content and of itself),
 * extended attributes and content; of each container, network, volume and image of Docker which one it is and since when it runs; which daemons run.
 * Two equal manifests mean that nothing was written, not even the same bytes again, and nothing was started anew.
 */
export async function manifest(name: string): Promise<Map<string, string>> {
  const root = `/proc/${initOf(name) ?? 0}/root`
  return new Map([...paths(hostFolders(name).upper), ...daemons(root), ...(await ofDocker(`${root}/run/docker.sock`))])
}

/** What is in one manifest and not, or otherwise, in the other. */
export function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths].filter((at) => before.get(at) !== after.get(at)).map((at) => `${at}: ${before.get(at) ?? 'absent'} → ${after.get(at) ?? 'absent'}`)
}

function paths(upper: string): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(upper, folder)).sort()) {
      const at = folder === '' ? entry : `${folder}/${entry}`
      if (NOISE.test(at)) continue
      const stat = lstatSync(join(upper, at), { bigint: true })
      const content = stat.isFile() ? createHash('sha256').update(readFileSync(join(upper, at))).digest('hex') : stat.isSymbolicLink() ? readlinkSync(join(upper, at)) : ''
      const times = stat.isDirectory() && LIVING.test(at) ? [] : [stat.mtimeNs, stat.ctimeNs]
      found.set(at, [stat.mode.toString(8), stat.uid, stat.gid, stat.ino, ...times, content].join(' '))
      if (stat.isDirectory()) walk(at)
    }
  }
  walk('')
  // A block a path: "# file: etc/motd", and a line an attribute. Those of the overlay tell what stands below.
  for (const block of execFileSync(GETFATTR, ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'], { cwd: upper, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n\n')) {
    const [, at, attributes] = /^# file: (.*)\n([^]*)$/.exec(block) ?? []
    if (at !== undefined && attributes !== undefined && !NOISE.test(at)) found.set(`extended attributes of ${at}`, attributes.replaceAll('\n', ' '))
  }
  return found
}

/** Daemons say in /run which process they are. */
function daemons(root: string): [string, string][] {
  const run = `${root}/run`
  if (!existsSync(run)) return []
  return readdirSync(run).filter((name) => name.endsWith('.pid')).map((name) => [`daemon ${name}`, readFileSync(`${run}/${name}`, 'utf8').trim()])
}

const containers = z.array(z.object({ Id: z.string() }))
const container = z.object({ Id: z.string(), Name: z.string(), Created: z.string(), Image: z.string(), RestartCount: z.number(), State: z.object({ Status: z.string(), StartedAt: z.string(), FinishedAt: z.string() }), NetworkSettings: z.object({ Networks: z.unknown() }) })
const networks = z.array(z.object({ Id: z.string(), Name: z.string(), Created: z.string() }))
const volumes = z.object({ Volumes: z.array(z.object({ Name: z.string(), CreatedAt: z.string() })).nullable() })
const images = z.array(z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullable() }))

/** As `docker inspect` tells it, asked of the engine itself. */
async function ofDocker(socket: string): Promise<[string, string][]> {
  const ask = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => schema.parse(JSON.parse(await answer(socket, path)))
  if (!(await answer(socket, '/_ping').catch(() => ''))) return [['docker', 'does not answer']]
  const all = await Promise.all((await ask('/containers/json?all=1', containers)).map(({ Id }) => ask(`/containers/${Id}/json`, container)))
  return [
    ...all.map(({ Name, ...each }): [string, string] => [`container ${Name}`, JSON.stringify(each)]),
    ...(await ask('/networks', networks)).map(({ Name, ...each }): [string, string] => [`network ${Name}`, JSON.stringify(each)]),
    ...((await ask('/volumes', volumes)).Volumes ?? []).map(({ Name, CreatedAt }): [string, string] => [`volume ${Name}`, CreatedAt]),
    ...(await ask('/images/json', images)).map(({ Id, RepoTags }): [string, string] => [`image ${Id}`, (RepoTags ?? []).toSorted().join(' ')]),
  ]
}

const answer = (socketPath: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ socketPath, path, signal: AbortSignal.timeout(10_000) }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks).toString())).on('error', reject)
    }).on('error', reject)
  })
