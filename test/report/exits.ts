import type { Event, FailureReason, Mode, PlanStatus, TaskStatus } from '../../engine/report/event.ts'

/** Beginnings of what a run tells: two hosts, a and b. */
export const run = (mode: Mode = 'apply'): Event => ({ type: 'run', playbook: 'p', mode, inventory: ['i'], hosts: ['a', 'b'], version: '1' })
export const task = (status: TaskStatus, name = 't', host = 'a'): Event => ({ type: 'task', host, role: 'r', task: name, status, changes: [], ms: 1 })
export const failure = (reason: FailureReason = 'command', name = 't', host = 'a'): Event => ({ type: 'failure', host, role: 'r', task: name, reason, message: 'm' })
export const rescued = (name = 't'): Event => ({ type: 'rescued', host: 'a', role: 'r', task: name })
export const away = (reason: string, host = 'b'): Event => ({ type: 'unreachable', host, reason, message: 'm' })
export const stopped: Event = { type: 'play-stopped', play: 'p', message: 'm', notStarted: ['b'] }
export const interrupted: Event = { type: 'interrupted', signal: 'SIGINT' }
export const plan = (status: PlanStatus): Event => ({ type: 'plan', file: 'f', status, message: 'm', differences: [] })
export const bug: Event = { type: 'bug', message: 'm', stack: 's' }

/** What can happen, and the exit code that it comes to. */
export const exits: readonly (readonly [exit: number, mode: Mode, detailed: boolean, events: readonly Event[]])[] = [
  [0, 'apply', false, []],
  [0, 'apply', true, [task('changed'), task('ok'), task('skipped')]],
  [0, 'check', false, [task('changed')]],
  [6, 'check', true, [task('changed')]],
  [0, 'check', true, [task('ok'), task('unknown')]],
  [0, 'check', false, [task('unknown')]],
  [7, 'apply', false, [task('unknown'), failure('lost'), away('lost', 'a')]],
  [2, 'apply', false, [task('failed'), failure()]],
  [2, 'check', true, [task('failed'), failure(), task('changed', 'u')]],
  [2, 'apply', false, [failure('error')]],
  [0, 'apply', false, [task('failed'), failure(), rescued()]],
  [2, 'apply', false, [task('failed'), failure(), rescued(), task('failed'), failure()]],
  [2, 'apply', false, [task('failed'), failure(), rescued('another')]],
  [4, 'apply', false, [away('auth')]],
  [5, 'apply', false, [away('locked')]],
  [4, 'apply', false, [away('locked'), away('auth', 'a')]],
  [4, 'check', true, [away('auth'), task('changed')]],
  [2, 'apply', false, [away('auth'), task('failed')]],
  [7, 'apply', false, [away('auth'), task('failed'), task('unknown', 'u'), interrupted]],
  [2, 'apply', false, [task('failed'), failure(), stopped]],
  [2, 'apply', false, [stopped]],
  [4, 'apply', false, [away('auth', 'a'), stopped]],
  [5, 'apply', false, [away('locked', 'a'), stopped]],
  [2, 'apply', false, [task('ok'), failure('stopped', 'r')]],
  [130, 'apply', false, [task('changed'), interrupted]],
  [130, 'apply', false, [task('failed'), interrupted]],
  [1, 'apply', false, [task('failed'), interrupted, bug]],
  [0, 'check', false, [task('changed'), plan('saved')]],
  [2, 'check', true, [task('changed'), plan('not-saved')]],
  [4, 'check', false, [away('auth'), plan('not-saved')]],
  [0, 'apply', false, [plan('as-planned'), task('changed')]],
  [2, 'apply', false, [plan('not-as-planned')]],
  [4, 'apply', false, [away('auth'), plan('not-looked-at')]],
]
