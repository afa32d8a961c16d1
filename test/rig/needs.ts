import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

const find = (program: string): string | undefined =>
  ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((folder) => join(folder, program)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/**
 * The path of a program that tests judge by, out of its Debian package, which is installed when it is not there.
 *
 * @throws when it cannot be had: such a test is not skipped.
 * @example const AGE = needs('age', 'age')
 */
export function needs(program: string, debianPackage: string): string {
  const path = find(program) ?? installed(program, debianPackage)
  if (path === undefined) throw new Error(`this test needs ${program}: apt-get install ${debianPackage}`)
  return path
}

function installed(program: string, debianPackage: string): string | undefined {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', debianPackage], { env, timeout: 300_000, stdio: ['ignore', 'ignore', 'pipe'] })
  return find(program)
}
