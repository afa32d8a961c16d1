import { line } from '../../../engine/tasks/line.ts'
import type { HostCase } from '../case.ts'

const at = '/srv/hw line.conf'
const lines = (text: string) => ['sh', '-c', 'printf "$1" >"$2"; chown www-data "$2"; chmod 0640 "$2"', 'sh', text, at]
const restore = [['rm', '-f', at]]

export const cases: readonly HostCase[] = [
  { name: 'line in place of another, CRLF kept', before: [lines('a=1\\r\\nb=2\\r\\n')], task: () => line({ path: at, regexp: /^a=/, line: `a='$(id)'` }), breakBy: [lines('a=3\\r\\nb=2')], restore },
  { name: 'line after another, in a file without an end', before: [lines('a\\nb')], task: () => line({ path: at, insertAfter: '^b$', line: 'c' }), breakBy: [lines('b\\na\\n')], restore },
  { name: 'lines that go', before: [lines('a\\nb\\na\\n')], task: () => line({ path: at, regexp: '^a$', state: 'absent' }), breakBy: [lines('a\\n')], restore },
  { name: 'line of a new file', task: () => line({ path: at, line: 'only', create: true, mode: '0600' }), breakBy: [['rm', at]], restore },
]
