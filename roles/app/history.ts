import { facts, type Host } from '../../engine/index.ts'

/** Tells what has run on a host, newest first, a line each; with what changed in the environment from one to the next. */
export async function tellHistory(host: Host, name: string): Promise<void> {
  const all = (await host.read(facts.releases(name))) ?? []
  if (all.length === 0) host.note(`no release of ${name} is recorded here`)
  for (const [index, release] of all.entries()) {
    const { id, version, by, revision, about, images, seconds } = release
    const changed = changedEnv(release, all[index + 1])
    const words = [
      index === 0 ? 'runs now ' : '         ', id, version.padEnd(12), by, revision === '' ? '' : `at ${revision}`, `in ${seconds} s`,
      about.has('from') ? `back to ${about.get('from')}` : '', images.map((image) => `${image.reference.replace(/(?<=.):[^/:]*$/, '')} ${image.id.slice(7, 19)}`).join(' '),
      changed.length === 0 ? '' : `env: ${changed.join(' ')}`,
    ]
    host.note(words.filter((word) => word !== '').join('  '))
  }
}

/** "+NEW(1) ~KEY(3→4) -OLD": what became of variables since the release before, by hashes; in brackets the versions that the secret store has of them. */
export function changedEnv(now: facts.Release, before: facts.Release | undefined): string[] {
  if (before === undefined) return []
  const keys = [...new Set([...now.env.keys(), ...before.env.keys()])].filter((key) => now.env.get(key) !== before.env.get(key))
  return keys.map((key) => {
    const versions = [...new Set([before.versions.get(key), now.versions.get(key)])].filter((version) => version !== undefined)
    return `${!before.env.has(key) ? '+' : now.env.has(key) ? '~' : '-'}${key}${versions.length === 0 ? '' : `(${versions.join('→')})`}`
  })
}
