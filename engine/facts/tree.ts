import { chunked, isShadowed, readSums } from './path.ts'
import { defineBatchFact, Unreadable, type Fact, type KnownFacts } from './fact.ts'

/** Regular files at or below a path: path → SHA-256. */
export type Tree = ReadonlyMap<string, string>

/** More is a project or a data directory, not the configuration of a service. */
const MOST = 2000

/** `tree('/opt/services/caddy/sites')`: what the files below are. A file by itself is a tree of one; what is missing is an empty one. Links are not followed, `logs` is not looked into, and copies that `backup: true` keeps do not count. */
export const tree: (path: string) => Fact<Tree> = defineBatchFact<string, Tree>({
  name: 'tree',
  blank: new Map(),
  read: (paths) => `{ ${chunked('find -H', paths, ` -name logs -type d -prune -o -type f ! -name '*.~*~' ! -name '.hostwright.*' -exec sha256sum -- {} + 2>/dev/null`)}} | head -n ${MOST * 10}`,
  parse: (output, paths) => {
    const found = readSums(output)
    return paths.map((root) => {
      const own = [...found].filter(([each]) => isIn(root, each))
      return own.length > MOST ? new Unreadable(`there are more than ${MOST} files below ${root}: name the few that matter`) : new Map(own)
    })
  },
  beneath: (root, observed, known) => (isShadowed(root, known) ? new Map() : foretold(root, observed, known)),
})

/** What was read, with the files as they will be by then. */
function foretold(root: string, observed: Tree, known: KnownFacts): Tree {
  const seen = new Map(observed)
  for (const fact of known.ofKind('path')) {
    const at = String(fact.arg)
    if (known.wasGone(fact.key)) for (const each of [...seen.keys()]) if (isIn(at, each)) seen.delete(each)
  }
  for (const fact of known.ofKind('digest')) {
    const at = String(fact.arg)
    if (!known.isPredicted(fact) || !isIn(root, at)) continue
    const sum = known.value(fact)
    if (typeof sum === 'string') seen.set(at, sum)
    else seen.delete(at)
  }
  return seen
}

const isIn = (root: string, at: string) => at === root || at.startsWith(`${root}/`)
