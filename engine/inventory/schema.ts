import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { Secret } from '../values/secret.ts'
import { NAME } from './names.ts'

const PORT = 'a port is a number from 1 to 65535'
/** A string too, for that is what `-e ansible_port=2222` gives. */
const Port = z
  .union([z.int(PORT).min(1, PORT).max(65535, PORT), z.string().regex(/^\d{1,5}$/, PORT)], PORT)
  .transform(Number)
  .refine((port) => port >= 1 && port <= 65535, PORT)

/** Ansible's spellings. (YAML 1.2 has no `yes`, so it arrives as a string.) */
const Flag = z
  .union([z.boolean(), z.enum(['true', 'false', 'yes', 'no', 'True', 'False', 'Yes', 'No'])], 'expected true or false')
  .transform((given) => given === true || /^(true|yes)$/i.test(String(given)))

const Password = z
  .union([z.string().min(1), z.instanceof(Secret)], 'expected a string that is not empty: quote it when it is a number')
  .transform((given) => (given instanceof Secret ? given : new Secret(given)))
  .meta({ secret: true })

const User = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@\\+-]{0,62}\$?$/, 'this is not a user name')
const Path = z
  .string()
  .regex(/^[^\0\n]+$/, 'a path is not empty and has no line breaks')
  .refine((path) => !/^~[^/]/.test(path), 'of "~", only your own home ("~/…") is known')
const Address = z.string().refine((address) => NAME.test(address) || isIPv6(address), 'an address is a host name, an IPv4 or an IPv6 address, without brackets and port')

/** How a host is reached. These stand among the variables, as in Ansible, but roles do not see them. */
export const Behavioural = z.object({
  ansible_host: Address.optional().describe('Where the host is: a name or an address. Default: its name in the inventory.'),
  ansible_port: Port.optional().describe('The port of its sshd. Default: what ssh_config says, or 22.'),
  ansible_user: User.optional().describe('Who logs in. Default: what ssh_config says, or who runs this.'),
  ansible_connection: z.enum(['ssh', 'local']).optional().describe('"ssh" (the default), or "local" for the machine this runs on.'),
  ansible_ssh_private_key_file: Path.optional().describe('The key to log in with. "~/" is your home; a relative path starts at the inventory.'),
  ansible_password: Password.optional().describe('The password to log in with. Better: a key, or --ask-pass.'),
  ansible_become: Flag.optional().describe('Work as another user, through sudo. Default: false.'),
  ansible_become_user: User.optional().describe('Who that is. Default: root.'),
  ansible_become_password: Password.optional().describe('What sudo asks for. Better: --ask-become-pass.'),
  known_hosts_file: z.union([Path, z.array(Path).min(1)], 'expected a path, or a list of paths').optional().describe('Where host keys are looked up. Default: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts.'),
  ssh_config_file: Path.optional().describe('The ssh_config to read. Default: ~/.ssh/config.'),
})
export type Behavioural = z.output<typeof Behavioural>

/** Ansible's older names for the same things. */
export const ALIASES: ReadonlyMap<string, keyof Behavioural> = new Map([
  ['ansible_ssh_host', 'ansible_host'],
  ['ansible_ssh_port', 'ansible_port'],
  ['ansible_ssh_user', 'ansible_user'],
  ['ansible_ssh_pass', 'ansible_password'],
  ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  ['ansible_become_pass', 'ansible_become_password'],
])

/** A group as YAML and modules write it. What may stand as variables is given: reading checks those elsewhere, an editor wants them here. */
export function groupSchema(vars: z.ZodType): z.ZodType {
  const list = (what: string) => `expected a map: each ${what} on a line of its own, with a colon after it`
  const Group: z.ZodType = z
    .strictObject(
      {
        hosts: z.record(z.string(), vars.nullable(), { error: list('host') }).nullable().optional().describe('The hosts: a name (ranges as in web[01:20] too), and beneath it the variables of that host.'),
        children: z.record(z.string(), z.lazy(() => Group).nullable(), { error: list('group') }).nullable().optional().describe('Groups within this one.'),
        vars: vars.nullable().optional().describe('Variables of every host in this group. A host, and a group within this one, may say otherwise.'),
      },
      { error: (issue) => (issue.code === 'invalid_type' ? 'expected a map with "hosts", "children" or "vars"' : undefined) },
    )
    .meta({ id: 'group' })
  return Group
}
