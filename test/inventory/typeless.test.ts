import assert from 'node:assert/strict'
import { test } from 'node:test'
import { started } from '../rig/watched.ts'
import { folder } from './folder.ts'

// As `npx hostwright NAME` starts, from a folder above which no package.json says what a .ts file is.
const FILES = {
  'hosts.ts': "import { address, type Address } from './address.ts'\nexport default async (): Promise<unknown> => ({ all: { hosts: { [await Promise.resolve('web1')]: { ansible_host: address satisfies Address } } } })\n",
  'address.ts': "export type Address = string\nexport const address: Address = await Promise.resolve('192.0.2.10')\n",
  'plain.ts': "interface One { readonly ansible_host: string }\nexport default (): unknown => ({ all: { hosts: { web1: { ansible_host: '192.0.2.10' } satisfies Record<string, unknown> } } })\nexport type { One }\n",
  'old.ts': "module.exports = { all: { hosts: { web1: { ansible_host: '192.0.2.10' } } } }\n",
}
const BIN = ['engine/cli/bin.js', 'infra']
const TSX = ['node_modules/tsx/dist/cli.mjs', 'playbooks/infra.ts']
const rows: readonly (readonly [what: string, name: string, program: readonly string[]])[] = [
  ['a folder with hosts.ts', '', BIN],
  ['a file', 'hosts.ts', BIN],
  ['one that exports as CommonJS does', 'old.ts', BIN],
  // Under newer Nodes tsx itself knows no top-level await there.
  ['a file', 'plain.ts', TSX],
  ['one that exports as CommonJS does', 'old.ts', TSX],
]

for (const [what, name, program] of rows)
  test(`an inventory in TypeScript, far from every package.json: ${what}, by ${program.join(' ')}`, async () => {
    using here = folder(FILES)
    const said = await started([process.execPath, ...program, '-i', `${here.path}/${name}`, '--list-hosts'])
    assert.deepEqual([said.code, said.stdout], [0, 'infra (all): 1 host\n  web1\n'], said.stderr)
  })
