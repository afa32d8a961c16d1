import { z } from 'zod'
import { absent, contentOf, defineRole, directory, facts, file, Port, service, type Host } from '../../engine/index.ts'
import { sshdEffective } from './effective.ts'

const FOLDER = '/etc/ssh/sshd_config.d'
/** Of each setting sshd takes the first that it reads: ours come before those of the image. */
const FILE = `${FOLDER}/00-hostwright.conf`

/** How our file begins: one of that name that somebody else wrote is left alone. */
const OURS = '# Written by hostwright: the role sshd.\n'

/** Before any other setting: of what stands above it sshd would not take ours, and below a Match it would be for some only. */
const INCLUDES = /^(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*include\s+(?:.*\s)?"?\/etc\/ssh\/sshd_config\.d\/\*\.conf"?(?:\s|$)/i

/** How people get in. What would shut us out is put back. */
export const sshd = defineRole({
  name: 'sshd',
  doc: 'How people log in: what is given here stands before all else in /etc/ssh/sshd_config.d. When no new connection works with it, or `sshd -T` says otherwise, everything is put back. Where nothing is given, what was given before is taken away.',
  params: z.strictObject({
    password_authentication: z.boolean().optional().describe('passwords are taken; false: neither typed nor asked for in any other way'),
    permit_root_login: z.enum(['yes', 'no', 'prohibit-password', 'forced-commands-only']).optional(),
    allow_users: z.array(z.string().regex(/^[^\s#"]+$/, 'a user, or a pattern such as deploy@10.0.0.*')).min(1).optional().describe('nobody else gets in'),
    ports: z.array(Port).min(1).optional().describe('where it listens: the port of the inventory must be among them'),
    max_auth_tries: z.int().min(1).optional(),
    x11_forwarding: z.boolean().optional(),
    within: z.string().default('60s').describe('how long the host waits for a new connection before it puts everything back'),
  }),
  async run(host, p) {
    const lines = settings(p)
    if (lines.length === 0) return withoutSettings(host, p.within)
    const main = await host.read(facts.text('/etc/ssh/sshd_config'))
    if (main?.kind !== 'bytes' || !INCLUDES.test(main.bytes.toString()))
      host.fail(`/etc/ssh/sshd_config does not include ${FOLDER}/*.conf before all else`, `put this line at its head: Include ${FOLDER}/*.conf`)
    const content = contentOf(`${OURS}${lines.join('\n')}\n`)
    await host.guarded(
      safeguard(p.within),
      directory({ path: FOLDER }),
      file({ path: FILE, content, mode: '0600', owner: 'root', validate: ['sshd', '-t', '-f', '%s'] }),
      service({ name: 'ssh', state: 'running', reloadOn: [content] }),
      sshdEffective({ file: FILE, lines }),
    )
  },
})

// A reload is refused with a broken configuration, and does nothing where sshd is gone: then it is started.
const RELOAD: [string, ...string[]] = ['sh', '-c', 'service ssh reload || service ssh restart']
const safeguard = (within: string) => ({ paths: [FOLDER], after: [RELOAD], within })

/** The last setting is gone from the inventory: our file would stay in force for ever. */
async function withoutSettings(host: Host, within: string): Promise<void> {
  const known = await host.read(facts.text(FILE))
  if (known === undefined) host.fail(`whether ${FILE} is ours cannot be seen`, 'root reads it: -b')
  if (known.kind !== 'bytes' || !known.bytes.toString().startsWith(OURS)) return
  await host.guarded(safeguard(within), absent({ path: FILE }), service({ name: 'ssh', state: 'running', reloadOn: [] }))
}

interface Settings {
  readonly password_authentication?: boolean | undefined
  readonly permit_root_login?: string | undefined
  readonly allow_users?: readonly string[] | undefined
  readonly ports?: readonly number[] | undefined
  readonly max_auth_tries?: number | undefined
  readonly x11_forwarding?: boolean | undefined
}

/** What is given, as sshd reads it. */
function settings(p: Settings): string[] {
  const yes = (is: boolean) => (is ? 'yes' : 'no')
  return [
    ...(p.ports ?? []).map((port) => `Port ${port}`),
    ...(p.permit_root_login === undefined ? [] : [`PermitRootLogin ${p.permit_root_login}`]),
    ...(p.password_authentication === undefined ? [] : [`PasswordAuthentication ${yes(p.password_authentication)}`]),
    ...(p.password_authentication === false ? ['KbdInteractiveAuthentication no'] : []),
    ...(p.allow_users === undefined ? [] : [`AllowUsers ${p.allow_users.join(' ')}`]),
    ...(p.max_auth_tries === undefined ? [] : [`MaxAuthTries ${p.max_auth_tries}`]),
    ...(p.x11_forwarding === undefined ? [] : [`X11Forwarding ${yes(p.x11_forwarding)}`]),
  ]
}
