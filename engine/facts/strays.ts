import { quote } from '../values/quote.ts'
import { isNumber } from './accounts.ts'
import { defineFact, type Fact } from './fact.ts'
import { straysBeneath, straysRipple, type Strays } from './foretold.ts'
import type { TreeWish } from './tree-wish.ts'

export type { TreeWish }

/** `strays([...])`: the paths below a directory (itself not) that differ from the wish: the first few, and whether there are more. */
export const strays: (wish: TreeWish) => Fact<Strays> = defineFact<TreeWish, Strays>({
  name: 'strays',
  blank: { paths: [], more: false },
  read: ([root, owner, group, directoryMode, fileMode]) => {
    const differs = [
      owner && `! -user ${quote(owner)}`,
      group && `! -group ${quote(group)}`,
      directoryMode && `-type d ! -perm ${quote(directoryMode)}`,
      fileMode && `-type f ! -perm ${quote(fileMode)}`,
    ].filter(Boolean)
    if (differs.length === 0) return ':'
    const find = (tests: string) => `find ${quote(root)} -mindepth 1 ${tests} 2>/dev/null | head -n ${SHOWN + 1}`
    const some = find(`'(' ${differs.map((each) => `'(' ${each} ')'`).join(' -o ')} ')'`)
    // An account that the host does not know yet owns nothing: find would only complain of it.
    const accounts = [owner && !isNumber(owner) && `-user ${quote(owner)}`, group && !isNumber(group) && `-group ${quote(group)}`].filter(Boolean)
    const known = accounts.map((each) => `find / -prune ${each} >/dev/null 2>&1`).join(' && ')
    return `[ -d ${quote(root)} ] && ${known === '' ? some : `if ${known}; then ${some}; else ${find('')}; fi`}`
  },
  parse: (output) => {
    const paths = output.toString().split('\n').filter(Boolean)
    return { paths: paths.slice(0, SHOWN), more: paths.length > SHOWN }
  },
  ripple: straysRipple,
  beneath: straysBeneath,
})

const SHOWN = 5
