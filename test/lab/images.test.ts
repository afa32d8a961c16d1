import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lab, prepare, tidy } from './rig.ts'

/** Runs a script on lab1 with dash, stopping at the first failure, and returns what it prints. */
function onHost(script: string): string {
  const said = lab('ssh', 'lab1', `set -eu\n${until}\n${script}`)
  assert.equal(said.code, 0, said.stdout + said.stderr)
  return said.stdout.trim()
}

/** A shell function: try a command every 0.2 s, at most 30 s. */
const until = 'until_ok() { i=0; while ! "$@" >/dev/null 2>&1; do i=$((i + 1)); [ $i -lt 150 ] || { echo "in vain: $*"; return 1; }; sleep 0.2; done; }'

describe('the images behave as the official ones', () => {
  before(() => {
    prepare()
    const { code, stdout, stderr } = lab('up', '1')
    assert.equal(code, 0, stdout + stderr)
  })
  after(tidy)

  test('postgres makes user, database and init scripts once, and asks for the password', () => {
    const script = `
      mkdir -p /data/postgres /opt/init
      echo "create table told (n int); insert into told values (42);" > /opt/init/01.sql
      echo 'echo "SH SAW $POSTGRES_DB"; pg_isready -h 127.0.0.1 && echo TCP IS OPEN || echo TCP IS SHUT' > /opt/init/02.sh
      start() { docker run -d --name pg -v /data/postgres:/var/lib/postgresql/data -v /opt/init:/docker-entrypoint-initdb.d:ro \\
        -e POSTGRES_USER=app -e POSTGRES_PASSWORD="it's secret" -e POSTGRES_DB=shop postgres:15-alpine -c max_connections=33 >/dev/null; until_ok docker exec pg pg_isready -h 127.0.0.1; }
      query() { docker exec -e PGPASSWORD="$1" pg psql -h 172.17.0.2 -U app -d shop -Atc "$2" 2>&1; }
      start; docker logs pg 2>&1 | grep -E "^SH SAW|^TCP IS"
      query "it's secret" "update told set n = n + 1; select n from told; show max_connections; show server_version_num"
      query wrong "select 1" | grep -o "password authentication failed" || true
      docker stop pg >/dev/null; docker inspect -f "exit {{.State.ExitCode}}" pg; docker rm pg >/dev/null
      start; docker logs pg 2>&1 | grep -c "SH SAW" || true
      query "it's secret" "select n from told"
      stat -c "%u %a" /data/postgres; docker exec pg id -un; docker exec pg stat -c %U /proc/1; docker rm -f pg >/dev/null`
    const [sh, tcp, , n, connections, version, ...rest] = onHost(script).split('\n')
    assert.deepEqual([sh, tcp, n, connections, version?.slice(0, 2)], ['SH SAW shop', 'TCP IS SHUT', '43', '33', '15'])
    assert.deepEqual(rest, ['password authentication failed', 'exit 0', '0', '43', '70 700', 'root', 'postgres'])
  })

  test('postgres takes its password from a file, and refuses to start an open database', () => {
    const said = onHost(`
      docker run --rm postgres:15-alpine 2>&1 || echo "exit $?"
      echo from-file > /opt/password; chmod 644 /opt/password
      docker run -d --name pg -e POSTGRES_PASSWORD_FILE=/run/password -v /opt/password:/run/password:ro postgres:15-alpine >/dev/null
      until_ok docker exec -e PGPASSWORD=from-file pg psql -h 172.17.0.2 -U postgres -c 'select 1'; echo reached; docker rm -f pg >/dev/null`)
    assert.match(said, /POSTGRES_PASSWORD is empty.*\nexit 1\nreached$/s)
  })

  test('redis takes its options, keeps its data and runs as redis', () => {
    const said = onHost(`
      start() { docker run -d --name redis -v /data/redis:/data redis:7-alpine "$@" >/dev/null; until_ok docker exec redis redis-cli -a pw ping; }
      start redis-server --appendonly yes --requirepass pw
      ask() { docker run --rm -e REDISCLI_AUTH="$1" redis:7-alpine redis-cli -h 172.17.0.2 "$2" "$3" \${4-} 2>&1; }
      ask pw set key value
      ask wrong get key | grep -o NOAUTH | head -1
      docker rm -f redis >/dev/null; start --appendonly yes --requirepass pw
      ask pw get key; stat -c "%u:%g" /data/redis; docker exec redis stat -c %U /proc/1; docker rm -f redis >/dev/null
      docker run --rm redis:7-alpine redis-server --version | grep -o "v=7"`)
    assert.deepEqual(said.split('\n'), ['OK', 'NOAUTH', 'value', '999:1000', 'redis', 'v=7'])
  })

  test('caddy serves, validates and reloads', () => {
    const said = onHost(`
      mkdir -p /opt/caddy; printf ':80 {\\n\\trespond one\\n}\\n' > /opt/caddy/Caddyfile
      docker run -d --name caddy -p 8080:80 -v /opt/caddy:/etc/caddy:ro caddy:2-alpine >/dev/null; until_ok wget -qO- http://127.0.0.1:8080/
      wget -qO- http://127.0.0.1:8080/; echo
      printf ':80 {\\n\\trespond two\\n}\\n' > /opt/caddy/Caddyfile
      docker exec caddy caddy validate --config /etc/caddy/Caddyfile 2>/dev/null
      docker exec caddy caddy reload --config /etc/caddy/Caddyfile 2>/dev/null; wget -qO- http://127.0.0.1:8080/; echo
      docker exec caddy caddy version; docker rm -f caddy >/dev/null
      docker run -d --name caddy caddy:2-alpine >/dev/null; until_ok docker exec caddy wget -qO- http://127.0.0.1/; docker exec caddy wget -qO- http://127.0.0.1/; docker rm -f caddy >/dev/null`)
    const [one, valid, two, version, page] = said.split('\n')
    assert.deepEqual([one, valid, two], ['one', 'Valid configuration', 'two'])
    assert.match(version ?? '', /^v?2\.([89]|\d\d)\./)
    assert.match(page ?? '', /Caddy works/)
  })

  test('the demo app names its version, is broken in v3, and ends its requests before it goes', () => {
    const said = onHost(`
      for version in v1 v2 v3-broken; do
        docker run -d --name web -p 3000:3000 hostwright-lab/web:$version >/dev/null; until_ok wget -qO- http://127.0.0.1:3000/
        wget -qO- http://127.0.0.1:3000/ | grep -o "<h1>.*</h1>"; docker exec web wget -qO- http://127.0.0.1:3000/health 2>&1 || true
        [ $version = v3-broken ] || docker rm -f web >/dev/null
      done
      wget -qO- "http://127.0.0.1:3000/slow?ms=2000" > /tmp/slow & sleep 0.5
      docker stop -t 10 web >/dev/null; wait; cat /tmp/slow; docker inspect -f "exit {{.State.ExitCode}}" web; docker rm web >/dev/null`)
    assert.deepEqual(said.split('\n'), ['<h1>web v1</h1>', 'ok', '<h1>web v2</h1>', 'ok', '<h1>web v3-broken</h1>', 'wget: server returned error: HTTP/1.1 503 Service Unavailable', 'slept 2000 ms', 'exit 0'])
  })
})
