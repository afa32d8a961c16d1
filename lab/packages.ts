import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { cacheFolder } from './paths.ts'
import { LabError } from './error.ts'
import { run } from './run.ts'
import { tell } from './tell.ts'

/** A Debian release to take packages from, whatever release this machine is. */
export type Suite = 'bookworm' | 'trixie' | 'sid'

const apt = `${cacheFolder}/apt`

/**
 * Unpacks Debian packages into a folder of the cache and returns it, without installing anything and without touching
 * this machine's apt: lists, status and sources are the lab's own. Done once; later calls need no network.
 * @param key names the folder; choose another when `packages` changes
 */
export async function unpacked(key: string, suite: Suite, packages: readonly string[]): Promise<string> {
  const folder = `${cacheFolder}/packages/${key}`
  if (existsSync(folder)) return folder
  tell(`fetching from Debian ${suite}: ${key.replace(/-[0-9a-f]{12}$/, '')} (${packages.length} packages, once)`)
  const debs = `${folder}.debs`
  const tree = `${folder}.new`
  for (const path of [debs, tree]) {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { recursive: true })
  }
  await privateApt(['apt-get', '-q', 'download', ...packages.map((name) => `${name}/${suite}`)], debs)
  for (const deb of readdirSync(debs)) await run(['dpkg', '-x', `${debs}/${deb}`, tree])
  rmSync(debs, { recursive: true })
  renameSync(tree, folder)
  return folder
}

/** The names of `packages` and of all they depend on, as on a machine where nothing is installed. */
export async function closure(suite: Suite, packages: readonly string[]): Promise<string[]> {
  const plan = await privateApt(['apt-get', '-s', '-y', '--no-install-recommends', '-t', suite, 'install', ...packages])
  return [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name)
}

/** Runs an apt command on the lab's own lists, which it fetches first when there are none. */
async function privateApt(argv: [string, ...string[]], cwd = apt): Promise<string> {
  const config = `${apt}/apt.conf`
  if (!existsSync(`${apt}/fetched`)) {
    for (const folder of ['lists/partial', 'cache/archives/partial', 'none']) mkdirSync(`${apt}/${folder}`, { recursive: true })
    writeFileSync(`${apt}/status`, '')
    writeFileSync(`${apt}/sources.list`, await sources())
    writeFileSync(config, `Dir::State "${apt}"; Dir::State::lists "${apt}/lists"; Dir::State::status "${apt}/status"; Dir::Cache "${apt}/cache";
Dir::Etc::sourcelist "${apt}/sources.list"; Dir::Etc::sourceparts "${apt}/none"; Dir::Etc::preferencesparts "${apt}/none";
APT::Sandbox::User "root"; APT::Install-Recommends "false"; Acquire::Retries "3"; Acquire::Languages "none";\n`)
    await run(['env', `APT_CONFIG=${config}`, 'apt-get', '-q', 'update'], { limit: 300 })
    writeFileSync(`${apt}/fetched`, '')
  }
  // On the command line, where no file of the machine can take them away: a cache makes each call 0.3 s instead of 6.
  const caches = ['-o', `Dir::Cache::pkgcache=${apt}/pkgcache.bin`, '-o', `Dir::Cache::srcpkgcache=${apt}/srcpkgcache.bin`]
  const [command, ...args] = argv
  return run(['env', `APT_CONFIG=${config}`, command, ...caches, ...args], { cwd, limit: 300 })
}

/** Our releases, from the mirror that this machine's own apt uses (or the one named by HOSTWRIGHT_DEBIAN_MIRROR). */
async function sources(): Promise<string> {
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  if (!existsSync(keyring)) throw new LabError(`${keyring} is missing: install the package debian-archive-keyring, it proves that what we download is Debian's`)
  const mirror = process.env['HOSTWRIGHT_DEBIAN_MIRROR'] ?? (await machineMirror())
  const suites: readonly Suite[] = ['bookworm', 'trixie', 'sid']
  return suites.map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`).join('')
}

async function machineMirror(): Promise<string> {
  const targets = await run(['apt-get', 'indextargets', '--format', '$(ORIGIN) $(LABEL) $(REPO_URI)', 'Created-By: Packages'])
  const [, mirror] = /^Debian Debian (\S+)$/m.exec(targets) ?? []
  if (mirror === undefined) throw new LabError("this machine's apt knows no Debian mirror (only its lists after `apt-get update` count): name one in HOSTWRIGHT_DEBIAN_MIRROR")
  return mirror
}
