import type { Fact } from '../../facts/fact.ts'
import { HostModel } from '../../host/model.ts'
import type { Act, Acted, ActEvents, Link, Looked, StepOutput } from '../link.ts'

/**
 * A host in a map: facts that were never set read as on an empty host, and a change does exactly what its effects say.
 * For planning tests, benches and listing tasks. It proves nothing about real hosts.
 */
export class MemoryLink implements Link {
  readonly target: string
  readonly #host = new HostModel()
  turns = 0
  readonly bytesSent = 0
  acted = false
  alive = true

  constructor(target: string, facts: readonly (readonly [Fact<unknown>, unknown])[] = []) {
    this.target = target
    for (const [fact, value] of facts) this.#host.observe(fact, value)
  }

  look(facts: readonly Fact<unknown>[]): Promise<Looked> {
    this.turns++
    return Promise.resolve({ kind: 'seen', values: this.#values(facts) })
  }

  act({ tasks, facts }: Act, on: ActEvents = {}): Promise<Acted> {
    this.turns++
    this.acted = true
    const outputs: StepOutput[][] = []
    for (const [t, task] of tasks.entries()) {
      for (const [c, change] of task.changes.entries()) {
        on.started?.(t, c)
        this.#host.predict(change)
        on.finished?.(t, c)
      }
      outputs.push(task.changes.map(() => ({ code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) })))
    }
    return Promise.resolve({ kind: 'done', values: this.#values(facts), outputs })
  }

  close(): Promise<void> {
    this.alive = false
    return Promise.resolve()
  }

  #values(facts: readonly Fact<unknown>[]): Map<string, unknown> {
    // What was never set has to be known to the ripples all the same: a directory that is made makes its parents.
    for (const fact of facts) if (this.#host.get(fact) === undefined) this.#host.observe(fact, fact.kind.blank)
    return new Map(facts.map((fact) => [fact.key, this.#host.value(fact)]))
  }
}
