import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { loadInventory } from '../../engine/inventory/load.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))

for (const [name, hosts] of [['production', 3], ['staging', 1]] as const) {
  test(`the example inventory ${name} loads without a warning`, async () => {
    const result = await loadInventory([name], { cwd })
    assert.equal(result.ok ? '' : result.error.map(printDiagnostic).join('\n'), '')
    assert.ok(result.ok)
    assert.deepEqual(result.value.warnings, [])
    assert.equal(result.value.hosts.size, hosts)
    for (const host of result.value.hosts.values()) {
      assert.match(host.name, /\.example\.com$/)
      assert.match(host.connection.address, /^192\.0\.2\./)
    }
  })
}
