import { defineFact, quote, type Fact } from '../../engine/index.ts'

/** What Caddy calls its version, "2.11.4"; '' where none runs. */
export const caddyVersion: (container: string) => Fact<string> = defineFact<string, string>({
  name: 'caddyVersion',
  blank: '',
  read: (container) => `[ -z "$(docker ps -q --filter name=${quote(`^${container}$`)} 2>/dev/null)" ] || docker exec ${quote(container)} caddy version 2>/dev/null`,
  parse: (output) => output.toString().trim(),
})
