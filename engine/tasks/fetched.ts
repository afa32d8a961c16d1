import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { contentOfFile, type Content } from '../values/content.ts'
import { Address, Sha256 } from './download.ts'

/** An address gave nothing, or not what was asked for. */
export class FetchFailed extends Error {
  override readonly name = 'FetchFailed'
}

export interface FetchOptions {
  /** Where verified downloads are kept from run to run. Default: ~/.cache/hostwright/downloads. */
  readonly cacheDir?: string
  /** Seconds for the whole download. Default: 600. */
  readonly timeoutSeconds?: number
}

const Asked = z.object({ url: Address, sha256: Sha256 })

const running = new Map<string, Promise<Content>>()

/**
 * Content that the controller fetches, when a host turns out to need it: once a run however many hosts do, and never again while it is in
 * the cache. What is cached is named by its SHA-256, and checked again each time it is used.
 *
 * @example file({ path: '/usr/local/bin/tool', content: fetched('https://example.org/tool-1.2', '9f86d0…'), mode: '0755' })
 * @throws FetchFailed at once when address or digest cannot be right. When the address does not answer in time, answers with an error or
 * gives something else, the task that needs it fails.
 */
export function fetched(url: string, sha256: string, options: FetchOptions = {}): Content {
  const asked = Asked.safeParse({ url, sha256 })
  if (!asked.success) throw new FetchFailed(`${url}: ${asked.error.issues.map(({ message }) => message).join('; ')}`)
  const load = () => fetchShared(asked.data.url, asked.data.sha256, options)
  const chunks = () => {
    throw new Error(`${url} is not fetched yet`)
  }
  return { digest: asked.data.sha256, size: 0, secret: false, text: undefined, chunks, load }
}

function fetchShared(url: string, sha256: string, options: FetchOptions): Promise<Content> {
  const directory = options.cacheDir ?? join(homedir(), '.cache', 'hostwright', 'downloads')
  const key = `${directory}/${sha256}`
  const known = running.get(key) ?? fetchOnce(url, sha256, directory, options.timeoutSeconds ?? 600)
  running.set(key, known)
  // A failure is not remembered: the next who asks tries again.
  known.catch(() => running.delete(key))
  return known
}

async function fetchOnce(url: string, sha256: string, directory: string, timeoutSeconds: number): Promise<Content> {
  const file = join(directory, sha256)
  const cached = read(file)
  if (cached?.digest === sha256) return cached
  const temp = `${file}.${randomUUID()}`
  await mkdir(directory, { recursive: true, mode: 0o700 })
  try {
    const response = await fetch(url, { redirect: 'follow', signal: AbortSignal.timeout(timeoutSeconds * 1000) })
    if (!response.ok || !response.body) throw new FetchFailed(`${url} answered ${response.status} ${response.statusText}`)
    const hash = createHash('sha256')
    const hashing = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(temp, { mode: 0o600 }))
    const got = hash.digest('hex')
    if (got !== sha256) throw new FetchFailed(`${url} has the sha256 ${got}, not ${sha256}: it is not used`)
    await rename(temp, file)
    return contentOfFile(file)
  } catch (error) {
    if (error instanceof FetchFailed) throw error
    throw new FetchFailed(`${url} cannot be fetched: ${reasonOf(error)}`, { cause: error })
  } finally {
    await rm(temp, { force: true })
  }
}

function read(file: string): Content | undefined {
  try {
    return contentOfFile(file)
  } catch {
    return undefined // not in the cache
  }
}

/** fetch says "fetch failed" and keeps the reason to itself. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message
}
