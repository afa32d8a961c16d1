import { quote } from '../values/quote.ts'
import { sha256 } from '../values/content.ts'
import { defineFact, type Fact } from './fact.ts'

/** What Docker's config.json holds for a registry. The secret itself never leaves the host. */
export type LoginState =
  | { readonly kind: 'absent' }
  /** SHA-256 of what is stored: base64 of "user:password". */
  | { readonly kind: 'stored'; readonly digest: string }
  /** A credential helper keeps it; only the name of the user can be seen. */
  | { readonly kind: 'helper'; readonly helper: string; readonly user: string | undefined }

/** How config.json calls a registry. */
export const registryKey = (registry: string): string => (/^(?:index\.)?docker\.io$/.test(registry) ? 'https://index.docker.io/v1/' : registry)

/** What is stored for a user and a password, as {@link LoginState} tells it. */
export const loginDigest = (user: string, password: string): string => sha256(Buffer.from(`${user}:${password}`).toString('base64'))

/** `dockerLogin('registry.example.com')`: whether this user of the host is logged in there. */
export const dockerLogin: (registry: string) => Fact<LoginState> = defineFact<string, LoginState>({
  name: 'dockerLogin',
  blank: { kind: 'absent' },
  read: (registry) => `${FUNCTION}hw_login ${quote(asPattern(registryKey(registry)))}`,
  parse: (output) => {
    const [kind, value = '', ...rest] = output.toString().trim().split(' ')
    if (kind === 'stored') return { kind, digest: value }
    if (kind === 'helper') return { kind, helper: value, user: rest.join(' ') || undefined }
    return { kind: 'absent' }
  },
})

/**
 * No jq on a bare host: the file is squeezed to one line, and what stands under the registry is taken out. What is stored is base64, which
 * holds no quote; a helper is asked for its list of users, which holds no secret.
 */
const FUNCTION = `hw_login() {
  hw_f=\${DOCKER_CONFIG:-$HOME/.docker}/config.json
  [ -f "$hw_f" ] || return 0
  hw_all=$(tr -d ' \\t\\r\\n' <"$hw_f")
  hw_h=$(printf %s "$hw_all" | sed -n 's|.*"credHelpers":{[^}]*"'"$1"'":"\\([^"]*\\)".*|\\1|p')
  [ -n "$hw_h" ] || hw_h=$(printf %s "$hw_all" | sed -n 's|.*"credsStore":"\\([^"]*\\)".*|\\1|p')
  if [ -n "$hw_h" ]; then
    echo "helper $hw_h $("docker-credential-$hw_h" list 2>/dev/null | tr -d '\\n' | sed -n 's|.*"'"$1"'": *"\\([^"]*\\)".*|\\1|p')"
  else
    hw_a=$(printf %s "$hw_all" | sed -n 's|.*"'"$1"'":{[^}]*"auth":"\\([^"]*\\)".*|\\1|p')
    [ -z "$hw_a" ] || { hw_a=$(printf %s "$hw_a" | sha256sum); echo "stored \${hw_a%% *}"; }
  fi
}
`

/** A registry's name as a basic regular expression. */
const asPattern = (name: string) => name.replace(/[.[\]*^$\\|]/g, '\\$&')
