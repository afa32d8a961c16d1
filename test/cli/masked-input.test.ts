/** What a person mistypes is told with its place, and never with what may be a secret: no value that nobody knows the kind of is shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '../rig/cli.ts'
import { put } from './tiny.ts'

const CANARY = 'hunter22-canary'

const services = (...args: readonly string[]) => run(['playbooks/deploy-standalone-services.ts', '--syntax-check', ...args], 60)

const here = put('services.yml', 'services:\n  hosts:\n    here: { ansible_connection: local }\n')

const typed: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
  ['a misspelt key', ['-e', `redis.kye=${CANARY}`], /-e:1:1 unknown key "kye" in redis\n {4}redis\.kye=…\n/],
  ['a misspelt key in JSON', ['-e', `{"redis":{"kye":"${CANARY}","image":5}}`], /unknown key "kye" in redis\n {4}\{"redis":\{"kye":…\n[^]*redis\.image: .*\n *…"image":5\}\}\n/],
  ['a text where a map is wanted', ['-e', `postgres=${CANARY}`], /-e:1:10 postgres: expected (object|record)[^]*postgres=…\n/],
  ['a text where a map is wanted, below', ['-e', `app.secrets=${CANARY}`, '-e', `postgres.environment=${CANARY}`], /unknown key "environment"/],
  ['a name that is nearly a role', ['-e', `postgers=${CANARY}`], /called "postgers"\n {4}postgers=…\n/],
  ['no name', ['-e', CANARY], /-e takes name=value/],
  ['JSON that does not end', ['-e', `{"redis":{"kye":"${CANARY}`], /-e:1:\d+ YAML: /],
]
for (const [what, args, says] of typed)
  test(`no value is shown of -e: ${what}`, async () => {
    const { code, stdout, stderr } = await services('-i', here, ...args)
    assert.equal(code, 3, stdout)
    assert.match(stderr, says)
    assert.doesNotMatch(stdout + stderr, /hunter22/)
  })

const written: readonly (readonly [what: string, file: string, text: string, says: RegExp])[] = [
  ['a misspelt key beside others', 'yml', `services:\n  hosts:\n    h: { redis: { kye: ${CANARY}, imge: x } }\n`, /:3:19 unknown key "kye" in redis\n {8}h: \{ redis: \{ kye: …\n[^]*unknown key "imge"/],
  ['a quote that goes on in the next line', 'yml', `all:\n  vars:\n    redis:\n      kye: "${CANARY.slice(0, 8)}\n      ${CANARY}\n`, /YAML: Missing closing "quote/],
  ['a colon in a value', 'yml', `all:\n  vars:\n    kye: ${CANARY}: x\n`, /YAML: Nested mappings/],
  ['a quote within a value', 'yml', `all:\n  vars:\n    kye: "x" ${CANARY}\n`, /YAML: Unexpected scalar at node end/],
  ['a variable where hosts stand', 'yml', `all:\n  hosts:\n    kye: ${CANARY}\n`, /all\.hosts\.kye: /],
  ['what looks like a tag', 'yml', `all:\n  vars: { kye: !${CANARY} }\n`, /what begins with "!" is a tag/],
  ['what looks like an alias', 'yml', `all:\n  vars: { kye: *${CANARY} }\n`, /what begins with "\*" repeats an anchor/],
  ['what looks like a block', 'yml', `all:\n  vars:\n    kye: |${CANARY}\n`, /includes extra characters\n/],
  ['a key twice', 'yml', `all:\n  vars: { kye: ${CANARY}, kye: ${CANARY} }\n`, /"kye" stands twice/],
  ['a variable in the place of a host', 'ini', `[web]\nkye=${CANARY}\n`, /"kye" is given a value where a name is expected/],
  ['blanks around "="', 'ini', `[web]\nh kye = ${CANARY}\n`, /write it without blanks/],
  ['a variable without "="', 'ini', `[web]\nh\n[web:vars]\nkye ${CANARY}\n`, /expected "name = value"/],
  ['a quote left open', 'ini', `[web]\nh kye="${CANARY}\n`, /a quote \("\) is opened/],
  ['an unknown variable', 'ini', `[web]\nh ansible_prot=${CANARY} redis.port=${CANARY}\n`, /… ansible_prot=…/],
]
for (const [what, kind, text, says] of written)
  test(`no value is shown of an inventory (${kind}): ${what}`, async () => {
    const { code, stdout, stderr } = await services('-i', put(`masked-${written.findIndex(([each]) => each === what)}.${kind}`, text))
    assert.equal(code, 3, stdout + stderr)
    assert.match(stderr, says)
    assert.doesNotMatch(stdout + stderr, /hunter22/)
  })
