import { defineFact, quote, type Fact } from '../../engine/index.ts'

/** Data of PostgreSQL below the directory that the container has. */
export interface Data {
  /** Major version: "15". */
  readonly version: string
  /** In a directory of its own, as images from 18 on have it: 18/docker. */
  readonly nested: boolean
}

/** `postgresData('/data/postgres')`: what data are there; after an upgrade those of two versions may be. */
export const postgresData: (at: string) => Fact<readonly Data[]> = defineFact<string, readonly Data[]>({
  name: 'postgresData',
  blank: [],
  read: (at) => `
for hw_f in ${quote(at)}/PG_VERSION ${quote(at)}/*/docker/PG_VERSION; do
  [ -f "$hw_f" ] && [ ! -h "$hw_f" ] || continue
  case $hw_f in */docker/PG_VERSION) hw_how=nested ;; *) hw_how=flat ;; esac
  printf '%s %s\\n' "$hw_how" "$(head -n 1 "$hw_f" | head -c 20)"
done
true`,
  parse: (output) =>
    output.toString().split('\n').flatMap((line) => {
      const [, how, version] = /^(nested|flat) (\d+(?:\.\d+)?)$/.exec(line) ?? []
      return version === undefined ? [] : [{ version, nested: how === 'nested' }]
    }),
})
