import { err, ok, type Result } from '../values/result.ts'

/** What a host or a group may be called: names become file names, log lines and arguments, so only the harmless ones. */
export const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/

/** Keys that mean something else to JavaScript: `__proto__`, `constructor`, and what every object answers to. */
export const isForbiddenKey = (key: string): boolean => key === 'prototype' || key in Object.prototype

/** A name that cannot be used, with the reason; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (isForbiddenKey(name)) return 'this name is reserved'
  return NAME.test(name) ? undefined : 'a name has only letters, digits and "_", "-", "." and does not begin with "-" or "."'
}

/** More hosts than this in one pattern, or in one inventory, are a slip of the finger. */
export const MOST_HOSTS = 10_000

export interface HostNames {
  readonly names: readonly string[]
  readonly port?: number
}

/**
 * The names that one entry stands for: a plain name, or ranges, both ends included, with an optional `:port`.
 *
 * @example expandHosts('web[08:10].example.com:2222') // web08, web09, web10 with port 2222
 * @example expandHosts('db-[a:c]')                    // db-a, db-b, db-c
 * @example expandHosts('n[1:9:4]')                    // n1, n5, n9
 */
export function expandHosts(pattern: string): Result<HostNames, string> {
  if (pattern.length > 1024) return err('a name has at most 253 characters')
  const [, body = '', port] = /^(.*?)(?::(\d{1,5}))?$/s.exec(pattern) ?? []
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) return err('a port is a number from 1 to 65535')
  let names = ['']
  for (const part of body.split(/(\[[^\][]*\])/)) {
    const choices = part.startsWith('[') ? expandRange(part.slice(1, -1)) : ok([part])
    if (!choices.ok) return choices
    if (names.length * choices.value.length > MOST_HOSTS) return err(`this is more than ${MOST_HOSTS} hosts`)
    names = names.flatMap((name) => choices.value.map((choice) => name + choice))
  }
  for (const name of names) {
    const problem = nameProblem(name)
    if (problem !== undefined) return err(problem)
  }
  return ok({ names, ...(port === undefined ? {} : { port: Number(port) }) })
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

function expandRange(range: string): Result<readonly string[], string> {
  const [, from = '', to = '', step = '1'] = /^(\d{0,9}|[A-Za-z]):(\d{1,9}|[A-Za-z])(?::(\d{1,9}))?$/.exec(range) ?? []
  if (to === '' || Number(step) === 0) return err('a range is written [1:20], [01:20], [a:f] or [1:9:2]')
  const numeric = /\d/.test(to)
  if (from !== '' && numeric !== /\d/.test(from)) return err('a range goes from a number to a number or from a letter to a letter')
  const padded = numeric && from.length > 1 && from.startsWith('0')
  if (padded && from.length !== to.length) return err(`a range with leading zeros has both ends equally long: [${from}:${to.padStart(from.length, '0')}]`)
  const [first, last] = numeric ? [Number(from), Number(to)] : [LETTERS.indexOf(from), LETTERS.indexOf(to)]
  if (first < 0 || last < first) return err('a range goes upwards')
  const count = Math.floor((last - first) / Number(step)) + 1
  if (count > MOST_HOSTS) return err(`this is more than ${MOST_HOSTS} hosts`)
  const numbers = Array.from({ length: count }, (_, i) => first + i * Number(step))
  return ok(numbers.map((n) => (numeric ? String(n).padStart(padded ? from.length : 1, '0') : (LETTERS[n] ?? ''))))
}
