/**
 * `hostwright/testing`: a role against a host in memory. What is not given is as on an empty host, each change does what its effects say, and an
 * action does nothing. It shows what a role wishes; that it works, only a real host shows.
 *
 * @example
 * const fake = new FakeHost('memory', [aDirectory('/etc')])
 * const run = openMemory(fake) // openMemory(fake, 'check') changes nothing
 * await motd.run(run.host, motd.params.parse({}))
 * run.told() // ['changed file /etc/motd: create /etc/motd']
 */
export { engine, networks } from './docker.ts'
export { FakeHost, type Fate, type Moment } from './fake-host.ts'
export { given, type Given } from './given.ts'
export { openMemory, type MemoryHost } from './memory-host.ts'
export { aDirectory, aFile, aLink, aPipe } from './paths.ts'
