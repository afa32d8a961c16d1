import { existsSync } from 'node:fs'
import { attempt } from './run.ts'
import { unpacked } from './packages.ts'

const plugin = 'usr/libexec/docker/cli-plugins/docker-compose'

/**
 * A Compose plugin (2.20 or newer) to put into hosts; undefined when this machine has one of its own where they see it.
 * Debian 12 has none; that of Debian 13 needs only libc 2.34. Not sid's: it may outgrow the engine of Debian 12 any day.
 */
export async function composePlugin(): Promise<string | undefined> {
  for (const folder of ['/usr/libexec/docker/cli-plugins', '/usr/lib/docker/cli-plugins']) {
    if (await isNewEnough(`${folder}/docker-compose`)) return undefined
  }
  return `${await unpacked('compose', 'trixie', ['docker-compose'])}/${plugin}`
}

async function isNewEnough(path: string): Promise<boolean> {
  if (!existsSync(path)) return false
  const [, major = '0', minor = '0'] = /v?(\d+)\.(\d+)/.exec((await attempt([path, 'version', '--short'])).stdout) ?? []
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 20)
}
