import { spawn } from 'node:child_process'
import { Load, type LoadResult } from './load.ts'
import { readState } from './state.ts'

/**
 * The main job on two lab hosts, with the commands a user would type: the servers, the services, an app, and a new version of it while
 * requests come in. Ends with 0 when every command did and no request failed.
 */
const HOSTS = ['lab1', 'lab2']
const DOMAIN = 'web.lab'
const plain = !process.stdout.isTTY

const say = (text: string) => void process.stdout.write(`${text}\n`)
const bold = (text: string) => (plain ? text : `\u001b[1m${text}\u001b[0m`)

/** Runs a command of the project where everybody can see it; shown as a user would type it. */
async function show(words: readonly string[], quiet = false): Promise<void> {
  if (!quiet) say(`\n${bold(`$ npx ${['tsx', ...words].join(' ')}`)}`)
  const code = await new Promise<number | null>((resolve, reject) => {
    spawn('node_modules/.bin/tsx', words, { stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'], timeout: 600_000 }).on('error', reject).on('close', resolve)
  })
  if (code !== 0) {
    say(`\nthe demo stops here: this ended with ${code ?? 'a signal'}`)
    process.exit(code ?? 1)
  }
}

const deploy = (version: string) =>
  show(['playbooks/deploy-app.ts', '-i', 'lab', '-l', HOSTS.join(','), '--app-name', 'web', '--app-image', 'hostwright-lab/web', '--app-version', version, '--app-domain', DOMAIN, '--tls', 'false'])

await show(['lab/cli.ts', 'up', '2'])
const services = ['-i', 'lab', '-l', HOSTS.join(',')]
await show(['playbooks/infra.ts', ...services])
await show(['playbooks/deploy-standalone-services.ts', ...services])
await deploy('v1')

say(`\n${bold('Version 2, while 100 requests a second come in on each host')}`)
const addresses = HOSTS.map((name) => readState().hosts[name]?.address ?? '')
const loads = addresses.map((address) => new Load({ address, host: DOMAIN }, 100))
await new Promise((resolve) => setTimeout(resolve, 1000))
await deploy('v2')
await new Promise((resolve) => setTimeout(resolve, 1000))
const results = await Promise.all(loads.map((load) => load.stop()))

say(`\n${bold('Once more, to see that nothing is left to do')}`)
await show(['playbooks/infra.ts', ...services])
await show(['playbooks/deploy-standalone-services.ts', ...services])

const sum = (key: 'sent' | 'failed') => results.reduce((all, each) => all + each[key], 0)
const versions = (result: LoadResult) => Object.entries(result.versions).map(([version, count]) => `${count} by ${version}`).join(', ')
say(`
${bold('Requests during the deploy')}
${HOSTS.map((name, index) => `  ${name}: ${results[index]?.sent ?? 0} sent, ${results[index]?.failed ?? 0} failed; answered ${results[index] ? versions(results[index]) : ''}`).join('\n')}
  failed requests: ${sum('failed')} of ${sum('sent')}
${results.flatMap(({ failures }) => failures).map((each) => `  ${each}\n`).join('')}
${bold('Where it answers')}
${addresses.map((address) => `  curl -H 'Host: ${DOMAIN}' http://${address}/`).join('\n')}

${bold('Look around')}
  npm run lab -- ssh lab1                      a shell on the host: docker ps, ls /opt/services
  npx tsx playbooks/infra.ts -i lab --check    what would be changed now
  npm run lab -- status

${bold('Take it down')}
  npm run lab -- down`)
process.exit(sum('failed') === 0 ? 0 : 2)
