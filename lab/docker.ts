import { mkdirSync } from 'node:fs'
import { inHost } from './process.ts'
import { attempt } from './run.ts'

/** Whether dockerd of the host with this process 1 answers. */
export async function dockerAnswers(init: number): Promise<boolean> {
  return (await attempt(inHost(init, ['docker', 'version', '--format', '{{.Server.Version}}']), { limit: 5 })).code === 0
}

/** Makes the folder that becomes /var/lib/docker of a host. */
export async function dockerFolderUp(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
}
