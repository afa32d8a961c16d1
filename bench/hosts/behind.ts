import { readFileSync, writeFileSync } from 'node:fs'
import type { Target } from './target.ts'

/** The same host, reached at another address: its keys are known there too, in a known_hosts of its own. */
export function behind(target: Target, at: { readonly address: string; readonly port: number }, folder: string): Target {
  const here = target.port === 22 ? target.address : `[${target.address}]:${target.port}`
  const rows = readFileSync(target.knownHostsFile, 'utf8').split('\n').map((row) => row.split(' '))
  const keys = rows.filter(([names = '']) => names.split(',').includes(here)).map(([, ...key]) => `[${at.address}]:${at.port} ${key.join(' ')}\n`)
  if (keys.length === 0) throw new Error(`${target.knownHostsFile} does not know ${here}`)
  const knownHostsFile = `${folder}/known_hosts_${at.port}`
  writeFileSync(knownHostsFile, keys.join(''))
  return { ...target, ...at, knownHostsFile }
}
