import { download } from '../../../engine/tasks/download.ts'
import { sha256 } from '../../../engine/values/content.ts'
import type { HostCase } from '../case.ts'

// A server of the host's own: lab hosts have no way out.
const serve = ['sh', '-c', 'mkdir -p /run/hw-www; printf "a tool\\n" >/run/hw-www/tool; busybox httpd -p 127.0.0.1:8765 -h /run/hw-www']
const stop = ['sh', '-c', 'for p in /proc/[0-9]*; do case $(tr "\\0" " " <"$p/cmdline" 2>/dev/null) in "busybox httpd -p 127.0.0.1:8765"*) kill "${p#/proc/}" ;; esac; done; rm -rf /run/hw-www "/srv/hw tool"']

export const cases: readonly HostCase[] = [
  {
    name: 'download by the host',
    before: [serve],
    task: () => download({ url: 'http://127.0.0.1:8765/tool', path: '/srv/hw tool', sha256: sha256('a tool\n'), mode: '0755', owner: 'www-data' }),
    breakBy: [['sh', '-c', 'echo other >"$1"; chown root "$1"', 'sh', '/srv/hw tool']],
    restore: [stop],
  },
  {
    name: 'download that nobody vouches for',
    before: [serve],
    task: () => download({ url: 'http://127.0.0.1:8765/tool', path: '/srv/hw tool', unverified: true }),
    breakBy: [['rm', '/srv/hw tool']],
    restore: [stop],
  },
]
