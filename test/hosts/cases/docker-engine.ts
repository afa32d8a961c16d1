import { dockerEngine } from '../../../engine/tasks/docker-engine.ts'
import type { HostCase } from '../case.ts'

// The engine itself: what else runs on the host must outlive all of this.
const running = 'docker ps -q --no-trunc | sort'
const before = [['sh', '-c', `${running} >/root/hw.running; cp -p /etc/docker/daemon.json /root/hw.daemon.json 2>/dev/null || true`]]
const restore = [
  ['sh', '-c', `[ "$(cat /root/hw.running)" = "$(${running})" ]`],
  ['sh', '-c', 'rm -f /root/hw.running; if [ -f /root/hw.daemon.json ]; then mv /root/hw.daemon.json /etc/docker/daemon.json; else rm -f /etc/docker/daemon.json; fi; rm -f /var/lib/hostwright/stamps/docker-daemon.json; kill -HUP "$(cat /var/run/docker.pid)"'],
]
const task = () => dockerEngine({ settings: { labels: ['hw=1'], 'max-concurrent-downloads': 2 } })

export const cases: readonly HostCase[] = [
  { name: 'dockerEngine, a setting that a reload takes in', before, task, breakBy: [['sh', '-c', `sed -i 's/hw=1/hw=2/' /etc/docker/daemon.json && kill -HUP "$(cat /var/run/docker.pid)" && sleep 1`]], restore },
  { name: 'dockerEngine, written and not brought into effect', before, task, breakBy: [['rm', '-f', '/var/lib/hostwright/stamps/docker-daemon.json'], ['touch', '/etc/docker/daemon.json']], restore },
  { name: 'dockerEngine, stopped by hand', before, task, breakBy: [['service', 'docker', 'stop']], restore },
]
