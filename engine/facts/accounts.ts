import { quoteAll } from '../values/quote.ts'
import { defineBatchFact, type Fact } from './fact.ts'

export type UserState =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present'
      readonly uid: number
      readonly gid: number
      readonly comment: string
      readonly home: string
      readonly shell: string
      /** The primary group's name. */
      readonly group: string
      /** Names of the supplementary groups, sorted. */
      readonly groups: readonly string[]
    }

export type GroupState = { readonly kind: 'absent' } | { readonly kind: 'present'; readonly gid: number; readonly members: readonly string[] }

/** Who owns something: a number; the name of an account while it is foretold only, for then its number is not known yet. */
export type Id = number | string

/** Whether an account is given by its number, which needs no name on the host. */
export const isNumber = (account: string): boolean => /^\d+$/.test(account)

/** The account of this name (or number, in digits) as an owner. `known`: its number, if that is known; less than 0 is not. */
export function idOf(name: string, known: number | undefined): Id {
  if (isNumber(name)) return Number(name)
  return known !== undefined && known >= 0 ? known : name
}

/** getent sees LDAP and the like too; where it is missing, the files are all there is. */
const database = (name: 'passwd' | 'group', keys: readonly string[] = []) =>
  `if command -v getent >/dev/null; then getent ${name} ${quoteAll(keys)}; else cat /etc/${name}; fi\n`

/** `user('deploy')`, by name or number. */
export const user: (name: string) => Fact<UserState> = defineBatchFact<string, UserState>({
  name: 'user',
  blank: { kind: 'absent' },
  read: (names) => `${database('passwd', names)}echo =\n${database('group')}`,
  parse: (output, names) => {
    const [passwd = '', group = ''] = output.toString().split('\n=\n').length === 2 ? output.toString().split('\n=\n') : splitEmpty(output.toString())
    const groups = fields(group)
    return names.map((name) => {
      const row = fields(passwd).find((each) => each[0] === name || each[2] === name)
      if (row === undefined) return { kind: 'absent' }
      const [login = '', , uid, gid, comment = '', home = '', shell = ''] = row
      return {
        kind: 'present',
        uid: Number(uid),
        gid: Number(gid),
        comment,
        home,
        shell,
        group: groups.find((each) => each[2] === gid)?.[0] ?? String(gid),
        groups: groups.flatMap((each) => (each[3]?.split(',').includes(login) ? [each[0] ?? ''] : [])).sort(),
      }
    })
  },
})

/** `group('docker')`, by name or number. */
export const group: (name: string) => Fact<GroupState> = defineBatchFact<string, GroupState>({
  name: 'group',
  blank: { kind: 'absent' },
  read: (names) => database('group', names),
  parse: (output, names) =>
    names.map((name) => {
      const row = fields(output.toString()).find((each) => each[0] === name || each[2] === name)
      return row === undefined ? { kind: 'absent' } : { kind: 'present', gid: Number(row[2]), members: row[3] ? row[3].split(',') : [] }
    }),
})

const fields = (text: string) => text.split('\n').filter(Boolean).map((line) => line.split(':'))

const splitEmpty = (text: string) => (text.startsWith('=\n') ? ['', text.slice(2)] : [text, ''])
