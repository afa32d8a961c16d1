import { z } from 'zod'

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const DAYS = 'sun mon tue wed thu fri sat'.split(' ')

const FIELDS: readonly (readonly [what: string, least: number, most: number, names: readonly string[]])[] = [
  ['minute', 0, 59, []],
  ['hour', 0, 23, []],
  ['day of the month', 1, 31, []],
  ['month', 1, 12, MONTHS],
  ['day of the week', 0, 7, DAYS],
]

const SPECIALS = ['@reboot', '@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** When cron runs something: five fields, or one of the words that begin with "@". Cron skips a line it does not understand; this does not. */
export const Schedule = z
  .string()
  .transform((value) => value.trim().replace(/\s+/g, ' '))
  .superRefine((value, context) => {
    const trouble = troubleWith(value)
    if (trouble !== undefined) context.addIssue({ code: 'custom', message: trouble })
  })

function troubleWith(schedule: string): string | undefined {
  if (schedule.startsWith('@')) return SPECIALS.includes(schedule) ? undefined : `"${schedule}" is none of ${SPECIALS.join(', ')}`
  const parts = schedule.split(' ')
  if (parts.length !== 5) return `a schedule has five fields (minute, hour, day of the month, month, day of the week), this one has ${parts.length}`
  for (const [index, [what, least, most, names]] of FIELDS.entries()) {
    const part = parts[index] ?? ''
    if (!part.split(',').every((each) => isRange(each, least, most, names))) return `"${part}" is no ${what}: ${least} to ${most}, lists "1,15", ranges "1-5", steps "*/10"`
  }
  return undefined
}

function isRange(text: string, least: number, most: number, names: readonly string[]): boolean {
  const [, from = '', to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(text) ?? []
  const number = (word: string) => {
    const named = names.indexOf(word.toLowerCase())
    return named === -1 ? (/^\d+$/.test(word) ? Number(word) : Number.NaN) : named + (names === MONTHS ? 1 : 0)
  }
  const within = (word: string) => number(word) >= least && number(word) <= most
  if (step !== undefined && (Number(step) < 1 || (from !== '*' && to === undefined))) return false
  if (from === '*') return to === undefined
  return within(from) && (to === undefined || (within(to) && number(from) <= number(to)))
}
