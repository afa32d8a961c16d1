import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { download } from '../../engine/tasks/download.ts'
import { fetched, FetchFailed } from '../../engine/tasks/fetched.ts'
import { file } from '../../engine/tasks/file.ts'
import { sha256 } from '../../engine/values/content.ts'
import { TaskFailed } from '../../engine/host/failure.ts'
import { aDirectory, aFile, aLink } from '../../engine/testing/paths.ts'
import { webServer } from '../rig/http.ts'
import { foretoldAndDone, localHost } from '../rig/local.ts'
import { changesOf, planRows } from '../rig/rows.ts'
import { busyboxAlone, only, shells } from '../rig/shells.ts'

const tool = { url: 'https://example.org/tool', path: '/opt/tool', sha256: sha256('tool') }
const opt = aDirectory('/opt')

planRows<Parameters<typeof download>[0]>('download', download, [
  ['absent', tool, [opt], ['download https://example.org/tool to /opt/tool']],
  ['as wished', tool, [opt, ...aFile('/opt/tool', 'tool')], []],
  ['something else', tool, [opt, ...aFile('/opt/tool', 'other')], ['download https://example.org/tool to /opt/tool']],
  ['another mode', { ...tool, mode: '0755' }, [opt, ...aFile('/opt/tool', 'tool')], ['chmod 0755 /opt/tool']],
  ['another owner', { ...tool, owner: 'root', group: 'root' }, [opt, ...aFile('/opt/tool', 'tool', '0644', 'ann')], ["refused: there is no user \"root\""]],
  ['another owner, by number', { ...tool, owner: '0', group: '0' }, [opt, ...aFile('/opt/tool', 'tool', '0644', 'ann')], ['chown 0:0 /opt/tool']],
  ['unverified, absent', { url: tool.url, path: tool.path, unverified: true }, [opt], ['download https://example.org/tool to /opt/tool']],
  ['unverified, there', { url: tool.url, path: tool.path, unverified: true }, [opt, ...aFile('/opt/tool', 'x')], []],
  ['no directory', tool, [], ['refused: the directory /opt does not exist']],
  ['a link', tool, [opt, aLink('/opt/tool', 'v1')], ['refused: /opt/tool is a link to v1']],
  ['a directory in the way', tool, [opt, aDirectory('/opt/tool')], ['refused: /opt/tool is no regular file']],
], [
  ['file that nobody vouches for', { url: tool.url, path: tool.path }, /give the `sha256`, or say unverified/],
  ['both', { ...tool, unverified: true }, /give the `sha256`, or say unverified/],
  ['half a sha256', { ...tool, sha256: 'abc' }, /64 hex digits/],
  ['password in the address', { ...tool, url: 'https://me:secret@example.org/x' }, /no user or password/],
  ['local file', { ...tool, url: 'file:///etc/shadow' }, /begins with https/],
  ['option for an address', { ...tool, url: '-o/etc/passwd' }, /begins with https/],
])

/** As bytes, and none that are text. */
const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) & 0xff))

const server = () =>
  webServer((request, response) => {
    if (request.url === '/tool') return void response.end(BYTES)
    if (request.url === '/moved') return void response.writeHead(302, { location: '/tool' }).end()
    response.writeHead(404).end('not here')
  })

test('download, by this machine', async (t) => {
  await using local = await localHost()
  await using web = await server()
  const path = `${local.directory}/tool`
  await t.test('what is asked for, by way of a redirection', async () => {
    await foretoldAndDone(local, download({ url: `${web.url}/moved`, path, sha256: sha256(BYTES), mode: '0755', owner: '0' }))
    assert(BYTES.equals(await readFile(path)))
    assert.equal((await stat(path)).mode & 0o777, 0o755)
    assert.deepEqual(web.asked, ['/moved', '/tool'], 'fetched once: not in check mode, and not when it is there')
  })
  await t.test('another digest, no such file, no such server: the old one stays, and nothing else', async () => {
    for (const [url, message] of [[`${web.url}/tool`, /has the sha256/], [`${web.url}/nothing`, /404/], ['http://127.0.0.1:9/x', /[Cc]onnect/]] as const) {
      const failing = local.host().ensure(download({ url, path, sha256: sha256('something else') }))
      await assert.rejects(async () => void (await failing), (error) => error instanceof TaskFailed && message.test(error.failure.output ?? ''))
      assert(BYTES.equals(await readFile(path)))
      assert.deepEqual(await readdir(local.directory), ['tool'])
    }
  })
})

/** Asynchronous: the server that is asked lives in this process. */
function performed(argv: readonly string[], path: string): Promise<{ code: number | null; stderr: string }> {
  const child = spawn('/usr/bin/env', ['-i', `PATH=${path}`, 'LC_ALL=C', ...argv], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })))
}

for (const shell of [...shells, busyboxAlone, only('mktemp', 'rm', 'sha256sum', 'chmod', 'chown', 'sync', 'mv', 'timeout', 'wget')])
  test(`faults 35 and 36: download: the step, with ${shell.name}`, async () => {
    await using local = await localHost()
    await using web = await server()
    for (const [name, address, digest, fine] of [['good', 'tool', sha256(BYTES), true], ["it's", 'moved', sha256(BYTES), true], ['bad', 'tool', sha256('x'), false], ['missing', 'nothing', sha256(BYTES), false]] as const) {
      const path = `${local.directory}/${name}`
      const step = changesOf(download({ url: `${web.url}/${address}`, path, sha256: digest }), [aDirectory(local.directory)])[0]?.steps[0]
      assert(step?.kind === 'run')
      const { code, stderr } = await performed(step.argv, shell.path)
      assert.equal(code === 0, fine, stderr)
      if (fine) assert(BYTES.equals(await readFile(path)))
      else assert.notEqual(stderr, '')
    }
    assert.deepEqual((await readdir(local.directory)).sort(), ['good', "it's"])
  })

const brought = async (...args: Parameters<typeof fetched>) => (await fetched(...args).load?.()) ?? assert.fail('it brings itself')

test('fetched: once a run, kept from run to run, never what it should not be', async () => {
  await using local = await localHost()
  await using web = await server()
  const cacheDir = `${local.directory}/cache`
  const url = `${web.url}/tool`
  const digest = sha256(BYTES)
  const [first, second] = await Promise.all([brought(url, digest, { cacheDir }), brought(url, digest, { cacheDir })])
  assert.equal(first, second)
  assert.deepEqual(web.asked, ['/tool'])
  assert.equal(first.digest, digest)
  assert.equal((await stat(`${cacheDir}/${digest}`)).mode & 0o777, 0o600)

  await foretoldAndDone(local, file({ path: `${local.directory}/tool`, content: fetched(url, digest, { cacheDir }) }))
  assert(BYTES.equals(await readFile(`${local.directory}/tool`)))

  await mkdir(`${local.directory}/other`)
  const kept = await brought('http://127.0.0.1:9/never-asked', digest, { cacheDir: `${local.directory}/cache/` })
  assert.equal(kept.digest, digest, 'found in the cache')
  // A cache that somebody changed is not believed.
  await writeFile(`${cacheDir}/${digest}`, 'changed')
  await brought(url, digest, { cacheDir: `${cacheDir}/.` })
  assert.deepEqual(web.asked, ['/tool', '/tool'])

  const failures: [string, string, RegExp][] = [[url, sha256('x'), /has the sha256 .* it is not used/], [`${web.url}/nothing`, sha256('y'), /answered 404/], ['http://127.0.0.1:9/x', sha256('z'), /cannot be fetched/], [url, 'abc', /64 hex digits/], ['ftp://x', digest, /begins with/]]
  for (const [from, wished, message] of failures) await assert.rejects(brought(from, wished, { cacheDir: `${local.directory}/other` }), (error) => error instanceof FetchFailed && message.test(error.message))
  assert.deepEqual(await readdir(`${local.directory}/other`), [])
})
