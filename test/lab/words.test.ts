import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkout } from '../../lab/paths.ts'

/** In a folder that nobody can make: what would be done all the same fails, and in another way. */
const env = { ...process.env, HOSTWRIGHT_LAB: '/dev/null/lab', HOSTWRIGHT_LAB_NET: '199' }

const wrong: readonly (readonly [words: string, says: string])[] = [
  ['down extra', 'down takes no word: it is about all hosts'],
  ['down --all', 'down takes no word: it is about all hosts'],
  ['status lab1', 'status takes no word: it is about all hosts'],
  ['up abc', 'up takes a number of hosts'],
  ['up 2.5', 'up takes a number of hosts'],
  ['up lab1 lab2', 'up takes a number of hosts'],
  ['up 2 --upper', "Unknown option '--upper'"],
  ['up 2 --sh', "Option '--sh <value>' argument missing"],
  ['up 2 --sh lab1=fish', '--sh lab1=fish: write HOST=SHELL'],
  ['reset', 'reset takes the name of one host'],
  ['reset lab1 lab2', 'reset takes the name of one host'],
  ['root', 'root takes the name of one host'],
  ['root lab1 lab2', 'root takes the name of one host'],
  ['ssh', 'ssh takes the name of a host'],
  ['dwon', 'npm run lab -- COMMAND'],
]
for (const [words, says] of wrong)
  test(`the lab refuses what it does not know, and does nothing: ${words}`, () => {
    const { status, stdout, stderr } = spawnSync('node', ['--import', 'tsx', 'lab/cli.ts', ...words.split(' ')], { cwd: checkout, env, encoding: 'utf8', timeout: 60_000 })
    assert.deepEqual([status, stdout, stderr.replace(/^lab: /, '').slice(0, says.length)], [3, '', says])
    assert.match(stderr, /npm run lab -- COMMAND\n  up \[N\]/)
  })

const asRoot = { skip: process.getuid?.() !== 0 && 'to become somebody else needs root' }
for (const words of ['up', 'down', 'reset lab1'])
  test(`the lab says in a sentence that it takes root: ${words}`, asRoot, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hw-lab-'))
    try {
      const { status, stdout, stderr } = spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, '--import', 'tsx', 'lab/cli.ts', ...words.split(' ')], { cwd: checkout, env: { ...env, HOSTWRIGHT_LAB: folder }, encoding: 'utf8', timeout: 60_000 })
      assert.deepEqual([status, stdout, stderr], [1, '', 'lab: this machine cannot hold lab hosts: you are not root, and making namespaces, mounts and a bridge needs root.\n'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
