import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { readModule } from '../../engine/inventory/module.ts'
import { folder } from './folder.ts'

test('an inventory that never answers is given up', async () => {
  using here = folder({ 'slow.ts': 'export default () => new Promise(() => {})' })
  const result = await readModule(join(here.path, 'slow.ts'), here.path, 50)
  assert.equal(result.ok ? '' : result.error.map(printDiagnostic).join(), 'slow.ts:1:1 this inventory did not answer within 0.05 s')
})

test('a late failure of one that was given up does no harm', async () => {
  using here = folder({ 'late.ts': 'export default () => new Promise((_, fail) => setTimeout(fail, 60, new Error("late")))' })
  const result = await readModule(join(here.path, 'late.ts'), here.path, 20)
  assert.equal(result.ok, false)
  await new Promise((resolve) => setTimeout(resolve, 80))
})
