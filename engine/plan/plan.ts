import { z } from 'zod'
import { canonical, keyedDigest } from './digest.ts'
import { Entry } from './entry.ts'

/** What a plan was made of: it is applied to the same, by the same program. */
export const Made = z.strictObject({
  /** Version of hostwright. */
  by: z.string(),
  at: z.string(),
  /** Who made it, and from which revision of the playbooks: what a run records that applies it, for what is recorded is part of what was planned. */
  about: z.strictObject({ by: z.string(), revision: z.string() }),
  playbook: z.string(),
  inventory: z.array(z.string()),
  hosts: z.array(z.string()),
  /** Flags that decide what is looked at and as whom, as they were given. */
  flags: z.record(z.string(), z.array(z.string())),
  /** What `-e` and flags gave: a digest of each value, and what it says where that is a word and no secret. */
  params: z.record(z.string(), z.strictObject({ digest: z.string(), says: z.string().optional() })),
})
export type Made = Readonly<z.output<typeof Made>>

/** The version of the form of plan files, which this program reads and writes. */
export const VERSION = 2

/** A plan as it lies in its file. */
export const Plan = z.strictObject({
  hostwright: z.literal('plan'),
  version: z.literal(VERSION),
  made: Made,
  /** A host with nothing to do has no entry. */
  hosts: z.record(z.string(), z.array(Entry)),
  /** Tells which key its digests were made with, and nothing about it. */
  key: z.string(),
  /** Over all the rest: that nobody changed it. */
  seal: z.string(),
})
export type Plan = Readonly<z.output<typeof Plan>>

type Open = Omit<Plan, 'hostwright' | 'version' | 'key' | 'seal'>

export function sealed({ made, hosts }: Open, key: string): Plan {
  const open = { hostwright: 'plan', version: VERSION, made, hosts, key: nameOf(key) } as const
  return { ...open, seal: keyedDigest(key)(['seal', open]) }
}

export const isOfKey = ({ key: name }: Pick<Plan, 'key'>, key: string): boolean => name === nameOf(key)

/** It is as it was written. */
export function isUntouched({ seal, ...open }: Plan, key: string): boolean {
  return canonical(seal) === canonical(keyedDigest(key)(['seal', open]))
}

const nameOf = (key: string): string => keyedDigest(key)('name')
