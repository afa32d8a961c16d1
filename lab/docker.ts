import { existsSync, mkdirSync, openSync, closeSync, rmSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { LabError } from './error.ts'
import { inHost } from './process.ts'
import { attempt, run } from './run.ts'

/** What of /var/lib/docker makes its images. The rest (networks, containers, containerd's own) each engine makes anew. */
const linked = ['overlay2', 'vfs'] // files that an engine adds or removes whole, never writes into: safe to share
const copied = ['image'] // its index, rewritten in place

/** Whether dockerd of the host with this process 1 answers. */
export async function dockerAnswers(init: number): Promise<boolean> {
  return (await attempt(inHost(init, ['docker', 'version', '--format', '{{.Server.Version}}']), { limit: 5 })).code === 0
}

/** Makes the folder that becomes /var/lib/docker of a host, with the images of `seed`: hard links, so no time and no space. */
export async function dockerFolderUp(folder: string, seed: string | undefined): Promise<void> {
  if (existsSync(folder)) return
  mkdirSync(`${folder}.new`, { recursive: true, mode: 0o711 })
  if (seed !== undefined) {
    for (const part of linked) if (existsSync(`${seed}/${part}`)) await run(['cp', '-al', `${seed}/${part}`, `${folder}.new`])
    for (const part of copied) await run(['cp', '-a', `${seed}/${part}`, `${folder}.new`])
  }
  await run(['mv', '-T', `${folder}.new`, folder])
}

/** Loads an archive of images into the engine of a host and stops that engine, so that its folder can be taken as a seed. */
export async function loadAndStop(init: number, archive: string): Promise<void> {
  const [command, ...args] = inHost(init, ['docker', 'load', '--quiet'])
  const input = openSync(archive, 'r')
  const child = spawn(command, args, { stdio: [input, 'ignore', 'inherit'], timeout: 300_000 })
  closeSync(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new LabError(`docker load of ${archive} ended with ${String(code)}`)
  await run(inHost(init, ['service', 'docker', 'stop']))
}

/** Takes `/var/lib/docker` of a stopped engine as the seed of others. */
export async function takeSeed(folder: string, seed: string): Promise<void> {
  rmSync(`${seed}.new`, { recursive: true, force: true })
  mkdirSync(`${seed}.new`, { recursive: true })
  for (const part of [...linked, ...copied]) if (existsSync(`${folder}/${part}`)) await run(['mv', `${folder}/${part}`, `${seed}.new`])
  await run(['mv', '-T', `${seed}.new`, seed])
}
