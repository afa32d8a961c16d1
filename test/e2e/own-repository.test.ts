/** A repository of one's own, with the package in it, works on real hosts: its playbook, and ours by its name. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { checkout } from '../../lab/paths.ts'
import { makePackage } from '../../release/package.ts'
import { ownRepository } from '../release/own-repository.ts'
import { onHost } from '../rig/lab-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-own-'))
before(async () => ownRepository(folder, await makePackage(folder)))
after(() => rmSync(folder, { recursive: true, force: true }))

/** `npx hostwright …` there, on one lab host; with the Node of the run, or with this one. */
function hostwright(node: string, ...words: readonly string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(node, [join(folder, 'node_modules/hostwright/engine/cli/bin.js'), ...words, '-i', join(checkout, 'inventory/lab'), '-l', 'lab1'], { cwd: folder, encoding: 'utf8', timeout: 300_000 })
  return { code: status, said: stdout + stderr }
}

for (const node of new Set([process.execPath, process.env['HOSTWRIGHT_TEST_NODE'] ?? process.execPath]))
  test(`its playbook and ours, with ${node === process.execPath ? process.version : 'the Node of the run'}`, { timeout: 300_000 }, () => {
    const path = `/etc/motd.own.${process.pid}`
    const greet = (...words: string[]) => hostwright(node, 'greet', '-e', `{ motd: { text: hello, path: ${path} } }`, ...words)
    try {
      const foretold = greet('--check', '--detailed-exitcode')
      assert.equal(foretold.code, 6, foretold.said)
      const done = greet()
      assert.deepEqual([done.code, onHost('lab1', ['cat', path])], [0, 'hello\n'], done.said)
      // The inventory of the lab names a file from where the lab stands.
      const plugin = `{ docker_rollout: { file: ${join(checkout, 'lab/files/docker-rollout')} } }`
      for (const words of [['infra', '-e', plugin], ['sshd']]) {
        const looked = hostwright(node, ...words, '--check')
        assert.deepEqual([looked.code, /^lab1 +\d+/m.test(looked.said)], [0, true], looked.said)
      }
    } finally {
      onHost('lab1', ['rm', '-f', path])
    }
  })
