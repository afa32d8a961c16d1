import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { cacheFolder, checkout, labFolder, labNetwork } from '../../lab/paths.ts'

/** A second lab, beside the one that other tests work on: another folder and network, the same cache of images. */
export const folder = `${labFolder}-test`
export const prefix = `hwlab${labNetwork + 1}`
/** The network that its hosts are in, without the last number. */
export const subnet = `10.${labNetwork + 1}.0`

const env = { ...process.env, HOSTWRIGHT_LAB: folder, HOSTWRIGHT_LAB_NET: String(labNetwork + 1) }

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** `npm run lab -- ARGS` on the second lab. */
export function lab(...args: string[]): Said {
  const { status, stdout, stderr } = spawnSync('node', ['--import', 'tsx', 'lab/cli.ts', ...args], { cwd: checkout, env, encoding: 'utf8', timeout: 900_000 })
  return { code: status ?? -1, stdout, stderr }
}

/** Makes the folder of the second lab and what a test that died left of it go away. */
export function prepare(): void {
  mkdirSync(cacheFolder, { recursive: true })
  mkdirSync(folder, { recursive: true })
  lab('down')
  rmSync(`${folder}/cache`, { force: true })
  symlinkSync(cacheFolder, `${folder}/cache`)
}

export function tidy(): void {
  lab('down')
  rmSync(folder, { recursive: true, force: true }) // the cache in it is a link
}
