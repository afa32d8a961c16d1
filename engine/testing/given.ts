import type { Fact } from '../facts/fact.ts'

/** A fact and its value, as a host in memory has it, or a row of a plan table. Typed: the value fits the fact. */
export type Given = readonly [Fact<unknown>, unknown]

/** @example given(facts.path('/etc/motd'), { kind: 'absent' }) */
export const given = <T>(fact: Fact<T>, value: NoInfer<T>): Given => [fact, value]
