import { composeProject } from '../../../engine/tasks/compose-project.ts'
import type { HostCase } from '../case.ts'

const at = '/opt/services/hw-case'
const compose = `name: hw-case
services:
  web:
    image: hostwright-lab/web:v1
    env_file: .env
    volumes: ["./conf:/etc/hw:ro"]
    healthcheck: { test: ["CMD-SHELL", "wget -q -O /dev/null http://127.0.0.1:3000/health"], interval: 1s, start_period: 10s }
    stop_grace_period: 1s
`
/** The files of the project, as an operator would have put them there. */
const project = (text = compose) => [
  ['sh', '-c', `docker compose -p hw-case down -v >/dev/null 2>&1; rm -rf ${at} /var/lib/hostwright/compose/hw-case; mkdir -p ${at}/conf ${at}/sites; printf 'A="1"\\n' >${at}/.env; echo one >${at}/conf/a; echo one >${at}/sites/a; cat >${at}/docker-compose.yml <<'END'\n${text}END`],
]
const restore = [['sh', '-c', `docker compose -p hw-case down -v; rm -rf ${at} /var/lib/hostwright/compose/hw-case`]]
const up = (wait = '60s') => composeProject({ directory: at, wait })
const byHand = (line: string) => [['sh', '-c', line]]

export const cases: readonly HostCase[] = [
  {
    name: 'composeProject, a container stopped by hand',
    before: project(),
    task: () => up(),
    breakBy: byHand('docker stop -t 1 hw-case-web-1'),
    alsoBreakBy: {
      'a container removed by hand': byHand('docker rm -f hw-case-web-1'),
      '.env edited by hand': byHand(`echo 'B="2"' >>${at}/.env`),
      'a mounted file edited by hand': byHand(`echo two >${at}/conf/a`),
      'the project file edited by hand': byHand(`sed -i 's/interval: 1s/interval: 2s/' ${at}/docker-compose.yml`),
      'recreated by hand with other files, which are put back': byHand(`cd ${at} && cp .env /root/.env.hw && echo 'C="3"' >>.env && docker compose up -d && mv /root/.env.hw .env`),
      'cut off from its network by hand': byHand('docker network disconnect hw-case_default hw-case-web-1'),
      'cut off, and stopped': byHand('docker network disconnect hw-case_default hw-case-web-1 && docker stop -t 1 hw-case-web-1'),
      'another directory in the place of one that is mounted': byHand(`cd ${at} && cp -a conf conf.new && rm -rf conf && mv conf.new conf`),
      'the same, and the old one is there still': byHand(`cd ${at} && cp -a conf conf.new && mv conf /root/conf.old && mv conf.new conf`),
      'an orphan': byHand(`cd ${at} && cp docker-compose.yml /root/hw.yml && printf '  extra: { image: "hostwright-lab/web:v1", stop_grace_period: 1s }\\n' >>docker-compose.yml && docker compose up -d && mv /root/hw.yml docker-compose.yml`),
      'a recreation that was interrupted': byHand(`docker rm -f hw-case-web-1 && docker create --name 0123456789ab_hw-case-web-1 --label com.docker.compose.project=hw-case --label com.docker.compose.service=web --label com.docker.compose.oneoff=False --label com.docker.compose.container-number=1 hostwright-lab/web:v1`),
      'brought up by hand, and the record lost': byHand(`rm -f /var/lib/hostwright/compose/hw-case`),
    },
    restore,
  },
  {
    name: 'composeProject, an operator who works by hand finds nothing to do',
    before: project(),
    task: () => up(),
    breakBy: [],
    restore: [['sh', '-c', `cd ${at} && before=$(docker compose ps -q) && docker compose up -d && [ "$before" = "$(docker compose ps -q)" ]`], ...restore],
  },
  {
    name: 'composeProject, reloaded instead of recreated',
    before: project(compose.replace('./conf:/etc/hw', '.:/etc/hw')),
    task: () =>
      composeProject({
        directory: at,
        reload: [{ service: 'web', paths: [`${at}/sites`], argv: ['sh', '-c', 'cp /etc/hw/sites/a /tmp/loaded'], verify: ['cmp', '/etc/hw/sites/a', '/tmp/loaded'] }],
      }),
    breakBy: [['sh', '-c', `docker inspect --format {{.Id}} hw-case-web-1 >/root/hw.id; echo two >${at}/sites/a.new; mv ${at}/sites/a.new ${at}/sites/a`]],
    restore: [['sh', '-c', '[ "$(docker inspect --format {{.Id}} hw-case-web-1)" = "$(cat /root/hw.id)" ]; same=$?; rm /root/hw.id; exit $same'], ...restore],
  },
  {
    name: 'composeProject, down',
    before: [...project(), ['sh', '-c', `cd ${at} && docker compose up -d`]],
    task: () => composeProject({ directory: at, state: 'down' }),
    breakBy: [['sh', '-c', `cd ${at} && docker compose up -d`]],
    restore,
  },
]
