import { block } from '../../../engine/tasks/block.ts'
import type { HostCase } from '../case.ts'

const at = '/srv/hw-block.conf'
const lines = (text: string) => ['sh', '-c', 'printf "$1" >"$2"', 'sh', text, at]
const restore = [['rm', '-f', at]]

export const cases: readonly HostCase[] = [
  { name: 'block, CRLF kept', before: [lines('a\\r\\nb\\r\\n')], task: () => block({ path: at, name: 'one two', block: 'x\ny\n', insertAfter: '^a$' }), breakBy: [['sed', '-i', 's/^x/changed/', at]], restore },
  { name: 'block that goes', before: [lines('a\\n; BEGIN\\nx\\n; END\\nb')], task: () => block({ path: at, marker: '; {mark}', block: '' }), breakBy: [lines('; BEGIN\\n; END\\n')], restore },
]
