import { dockerImage } from '../../../engine/tasks/docker-image.ts'
import { dockerNetwork } from '../../../engine/tasks/docker-network.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { loadableImage } from '../../rig/tar.ts'
import type { HostCase } from '../case.ts'

const tar = contentOf(loadableImage('hw-test/hello:v1', 'hello\n'))
const other = 'hostwright-lab/web:v1'

export const cases: readonly HostCase[] = [
  {
    name: 'dockerNetwork',
    before: [['sh', '-c', 'docker network rm hw-net 2>/dev/null || true']],
    task: () => dockerNetwork({ name: 'hw-net', subnet: '172.29.77.0/24', gateway: '172.29.77.1', labels: { a: 'b c' } }),
    breakBy: [['sh', '-c', 'docker network rm hw-net && docker network create --internal hw-net']],
    restore: [['sh', '-c', 'docker network rm hw-net || true']],
  },
  {
    name: 'dockerNetwork, with containers on it that must find each other again',
    before: [['sh', '-c', `docker network rm hw-net 2>/dev/null; docker network create hw-net && docker run -d --name hw-on --network hw-net --network-alias db ${other}`]],
    task: () => dockerNetwork({ name: 'hw-net', subnet: '172.29.78.0/24', recreate: true }),
    breakBy: [['sh', '-c', 'docker network disconnect -f hw-net hw-on; docker network rm hw-net; docker network create hw-net; docker network connect --alias db hw-net hw-on']],
    restore: [
      ['sh', '-c', `docker inspect --format '{{json .NetworkSettings.Networks}}' hw-on | grep -q '"db"'`],
      ['sh', '-c', 'docker rm -f hw-on; docker network rm hw-net'],
    ],
  },
  {
    name: 'dockerNetwork, wished away',
    before: [['sh', '-c', 'docker network create hw-net']],
    task: () => dockerNetwork({ name: 'hw-net', state: 'absent' }),
    breakBy: [['docker', 'network', 'create', 'hw-net']],
  },
  {
    name: 'dockerImage, loaded from a tar',
    before: [['sh', '-c', 'docker rmi -f hw-test/hello:v1 2>/dev/null || true']],
    task: () => dockerImage({ image: 'hw-test/hello:v1', load: tar }),
    breakBy: [['docker', 'tag', other, 'hw-test/hello:v1']],
    restore: [['docker', 'rmi', '-f', 'hw-test/hello:v1']],
  },
  {
    name: 'dockerImage, wished away',
    before: [['docker', 'tag', other, 'hw-test/away:v1']],
    task: () => dockerImage({ image: 'hw-test/away:v1', state: 'absent' }),
    breakBy: [['docker', 'tag', other, 'hw-test/away:v1']],
  },
]
