import { z } from 'zod'
import { contentOf, defineFact, defineTask, PlainSecret, quote, RemotePath, type Fact, type Host } from '../../engine/index.ts'

/** The value of a variable in an `.env`, as its SHA-256 ('' where there is none), and who else has it. The value stays on the host. */
interface Held {
  readonly digest: string
  /** Names of services and apps. */
  readonly holders: readonly string[]
}

/**
 * Looks through the `.env` of each service and app below a directory for the value that stands in one of them now: as it is, and as it stands
 * in a URL. It goes to grep by a pipe, from a shell's own printf: no process has it among its words.
 */
const held: (arg: readonly [file: string, key: string, root: string]) => Fact<Held> = defineFact<readonly [string, string, string], Held>({
  name: 'holders',
  blank: { digest: '', holders: [] },
  read: ([file, key, root]) => `
hw_v=$(sed -n ${quote(`s/^${key}=["']\\{0,1\\}\\(.*[^"']\\)["']\\{0,1\\}$/\\1/p`)} ${quote(file)} 2>/dev/null | tail -n 1)
if [ -n "$hw_v" ]; then
  printf %s "$hw_v" | sha256sum
  hw_u=$(printf %s "$hw_v" | sed 's/%/%25/g; s/@/%40/g; s,/,%2F,g; s/:/%3A/g; s/+/%2B/g; s/=/%3D/g; s/\\^/%5E/g')
  for hw_f in ${quote(root)}/*/.env ${quote(root)}/apps/*/.env; do
    [ -f "$hw_f" ] && [ "$hw_f" != ${quote(file)} ] && printf '%s\\n%s\\n' "$hw_v" "$hw_u" | grep -qwF -f - "$hw_f" && printf '%s\\n' "$hw_f"
  done
fi
true`,
  parse: (output) => {
    const [digest = '', ...files] = output.toString().trim().split('\n')
    return { digest: digest.split(' ')[0] ?? '', holders: files.map((file) => file.split('/').at(-2) ?? file) }
  },
})

/**
 * Who holds a secret that is about to change. It stands in a batch of its own before the one that changes it, with what else only looks, and
 * is told then: once the new value is written nobody could tell any more, and a run may end anywhere.
 *
 * @example
 * const [old] = await host.ensure(holders({ file: `${at}/.env`, key: 'REDIS_PASSWORD', value: p.password, root: '/opt/services' }))
 * tellHolders(host, 'REDIS_PASSWORD', old.state)
 * await host.ensure(…)
 */
export const holders = defineTask({
  name: 'holders',
  doc: 'Finds what else on the host has the value of a variable that is about to change. Changes nothing.',
  params: z.strictObject({
    file: RemotePath.describe('the `.env` it stands in'),
    key: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
    value: PlainSecret.describe('the wished one'),
    root: RemotePath.describe('of the services; apps are in its directory apps'),
  }),
  title: (p) => `of ${p.key}`,
  facts: (p) => ({ now: held([p.file, p.key, p.root]) }),
  plan: () => [],
  state: (p, { now }) => (now.digest === contentOf(p.value).digest ? [] : now.holders),
})

/** Says who has to be deployed anew. What is on other hosts is not seen from here. */
export function tellHolders(host: Host, key: string, names: readonly string[] = []): void {
  if (names.length === 0) return
  const [have, them] = names.length === 1 ? ['still has', 'it'] : ['still have', 'them']
  host.note(`${key} ${host.check ? 'would change' : 'changes'}: ${names.join(', ')} ${have} the old one in .env. Deploy ${them} anew, with the new value`)
}
