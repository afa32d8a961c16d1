import { z } from 'zod'
import { Port } from '../../engine/index.ts'

const USE = 'use a port of 127.0.0.1 (5432), or an address of the host and a port, in quotes ("10.0.0.5:5432", "[fd00::5]:5432")'

/**
 * Where a service can be reached besides the shared network: a port of 127.0.0.1, or one of an address of the host, for other hosts. Not of every
 * address: Docker opens a published port past ufw and its like, so the network it is for has to be named.
 */
export const Publish = z.union(
  [
    Port,
    z.string().superRefine((text, context) => {
      const message = wrongWith(text)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    }),
  ],
  USE,
)

function wrongWith(text: string): string | undefined {
  const [, four, six, port] = /^(?:([\d.]+)|\[([\da-fA-F:.]+)\]):(\d{1,5})$/.exec(text) ?? []
  const isAddress = (four === undefined ? z.ipv6() : z.ipv4()).safeParse(four ?? six).success
  if (!isAddress || !Port.safeParse(Number(port)).success) return USE
  const isEvery = four === undefined ? /^[0:]+$/.test(six ?? '') : four === '0.0.0.0'
  return isEvery ? 'Docker opens a published port past the firewall of the host: name the address of the network it is for, such as "10.0.0.5:5432"' : undefined
}

/** As Compose takes it, with the port inside of the container. */
export const published = (publish: z.output<typeof Publish>, inside: number): string => `${typeof publish === 'number' ? `127.0.0.1:${publish}` : publish}:${inside}`
