import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readComposeFile, type ComposeFile, type ComposeService } from '../../engine/tasks/compose-file.ts'

const read = (text: string): ComposeFile => {
  const file = readComposeFile(text, '/opt/shop', 'docker-compose.yml')
  if ('refused' in file) throw new Error(file.refused)
  return file
}
const service = (section: string, rest = ''): ComposeService => {
  const found = read(`services:\n  web: ${section}\n${rest}`).services.get('web')
  assert.ok(found)
  return found
}

const digests: [what: string, a: string, b: string, same: boolean][] = [
  ['order of keys', '{ image: a, user: b }', '{ user: b, image: a }', true],
  ['quotes', '{ image: a }', '{ "image": "a" }', true],
  ['image', '{ image: a }', '{ image: b }', false],
  ['order of a list', '{ image: a, command: [x, y] }', '{ image: a, command: [y, x] }', false],
  ['dependencies, which leave containers as they are', '{ image: a }', '{ image: a, depends_on: [db] }', true],
  ['replicas, which are counted', '{ image: a }', '{ image: a, deploy: { replicas: 3 } }', true],
  ['limits beside replicas', '{ image: a, deploy: { replicas: 3 } }', '{ image: a, deploy: { replicas: 3, resources: {} } }', false],
  ['a label', '{ image: a }', '{ image: a, labels: { x: y } }', false],
]
for (const [what, a, b, same] of digests) test(`compose file: ${what}`, () => assert.equal(service(a).digest === service(b).digest, same))

test('compose file: sections of the same file that a service is made of count for it, with what they mount', () => {
  const made = (level: string) => service('{ extends: { service: base }, image: a }', `  base: { extends: root, profiles: [never], env_file: base.env }\n  root: { environment: { LEVEL: ${level} }, profiles: [never], volumes: ["./conf:/conf:ro", "~/x:/x:ro"] }\n`)
  assert.notEqual(made('info').digest, made('debug').digest)
  assert.deepEqual([made('info').reads, made('info').mounts], [['/opt/shop/base.env'], ['/opt/shop/conf']])
  assert.equal(read('services:\n  a: { extends: b }\n  b: { extends: a }\n').services.size, 2)
})

test('compose file: networks and volumes of the project count for every service', () => {
  assert.notEqual(service('{ image: a }', 'networks: { default: {} }\n').digest, service('{ image: a }', 'networks: { default: { internal: true } }\n').digest)
})

const mounts: [what: string, section: string, mounts: string[], sees: string[]][] = [
  ['short, read-only', '{ volumes: ["./conf:/c:ro"] }', ['/opt/shop/conf'], ['/opt/shop/conf']],
  ['short, with more options', '{ volumes: ["./conf:/c:ro,z"] }', ['/opt/shop/conf'], ['/opt/shop/conf']],
  ['short, writable', '{ volumes: ["./data:/d"] }', [], ['/opt/shop/data']],
  ['the directory itself', '{ volumes: [".:/c:ro"] }', ['/opt/shop'], ['/opt/shop']],
  ['upwards and absolute', '{ volumes: ["../x:/x:ro", "/etc/y/:/y:ro"] }', ['/opt/x', '/etc/y'], ['/opt/x', '/etc/y']],
  ['long', '{ volumes: [{ type: bind, source: ./conf, target: /c, read_only: true }, { type: volume, source: d, target: /d }] }', ['/opt/shop/conf'], ['/opt/shop/conf']],
  ['volumes that are none of the host', '{ volumes: ["data:/d", "/anonymous"] }', [], []],
  ['configs and secrets that are files', '{ configs: [a], secrets: [{ source: b }] }', ['/opt/shop/a.conf', '/run/b'], ['/opt/shop/a.conf', '/run/b']],
]
for (const [what, section, read_, sees] of mounts)
  test(`compose file: mounts, ${what}`, () => {
    const found = service(section, 'configs: { a: { file: ./a.conf } }\nsecrets: { b: { file: /run/b }, c: { environment: X } }\n')
    assert.deepEqual([found.mounts, found.sees], [read_, sees])
  })

const env: [what: string, section: string, readsEnv: boolean, reads: string[]][] = [
  ['nothing', '{ image: a }', false, []],
  ['a variable', '{ image: "a:${TAG}" }', true, []],
  ['a variable without braces', '{ image: "a:$TAG" }', true, []],
  ['a dollar that is meant', '{ command: "echo $$HOME $${X}" }', false, []],
  ['a dollar that is meant, before a variable', '{ command: "echo $$$HOME" }', true, []],
  ['env_file', '{ env_file: .env }', false, ['/opt/shop/.env']],
  ['several, one with options', '{ env_file: [a.env, { path: /etc/b.env, required: false }] }', false, ['/opt/shop/a.env', '/etc/b.env']],
  ['what it extends', '{ extends: { file: base.yml, service: web } }', false, ['/opt/shop/base.yml']],
]
for (const [what, section, readsEnv, reads] of env)
  test(`compose file: reads ${what}`, () => {
    const found = service(section)
    assert.deepEqual([found.readsEnv, found.reads], [readsEnv, reads])
  })

test('compose file: anchors and merged keys are what they stand for', () => {
  const { services } = read('x-base: &base { image: a, user: "1" }\nservices: { web: { <<: *base, user: "2" }, same: { image: a, user: "2" } }\n')
  assert.equal(services.get('web')?.digest, services.get('same')?.digest)
})

test('compose file: networks of its own and of others', () => {
  const file = read('services: { a: { image: x, networks: [front] } }\nnetworks: { front: { external: true, name: shared }, old: { external: { name: older } }, mine: {}, named: { name: n }, later: { external: true, name: "${N}" } }\n')
  assert.deepEqual([file.externalNetworks, file.ownNetworks('shop')], [['shared', 'older'], ['shop_mine', 'n']])
  assert.deepEqual(read('services: { a: { image: x } }\n').ownNetworks('shop'), ['shop_default'])
  assert.deepEqual(read('services: { a: { image: x, network_mode: host } }\n').ownNetworks('shop'), [])
})

const attached: [what: string, section: string, networks: string[]][] = [
  ['nothing is said', '{ image: x }', ['shop_default']],
  ['a list', '{ networks: [front, mine] }', ['shared', 'shop_mine']],
  ['a map', '{ networks: { old: { aliases: [db] }, named: null } }', ['older', 'n']],
  ['that of the project among them', '{ networks: [default, mine] }', ['shop_default', 'shop_mine']],
  ['one that a variable names', '{ networks: [later, front] }', ['shared']],
  ['none in the list', '{ networks: [] }', []],
  ['one that the file does not know', '{ networks: [other] }', []],
  ['the network of the host', '{ network_mode: host }', []],
  ['it extends another: that one may be on more', '{ extends: base }', []],
  ['it extends another, and says its own', '{ extends: base, networks: [mine] }', ['shop_mine']],
  ['it extends one that is on none', '{ extends: alone, networks: [mine] }', []],
]
for (const [what, section, networks] of attached)
  test(`compose file: the networks of a service, ${what}`, () => {
    const rest = '  base: { image: x, networks: [front] }\n  alone: { image: x, network_mode: none }\nnetworks: { front: { external: true, name: shared }, old: { external: { name: older } }, mine: {}, named: { name: n }, later: { external: true, name: "${N}" } }\n'
    assert.deepEqual(service(section, rest).networksIn('shop'), networks)
  })

test('compose file: the network of a project may be another one', () => {
  assert.deepEqual(service('{ image: x }', 'networks: { default: { external: true, name: shared } }\n').networksIn('shop'), ['shared'])
  assert.deepEqual(service('{ image: x }', 'networks: { default: { name: "${N}" } }\n').networksIn('shop'), [])
})

test('compose file: a bomb of aliases is refused', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join()}]`)].join('\n')
  assert.deepEqual(readComposeFile(`${bomb}\nservices: { web: { image: a } }\n`, '/opt/shop', 'docker-compose.yml'), { refused: 'docker-compose.yml has more aliases than a project file needs' })
})
