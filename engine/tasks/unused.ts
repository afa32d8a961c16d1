// Tasks and actions that were made while plays ran and given to no host: `directory({ … })` without `host.ensure` around it does nothing, and says so to nobody.

/** A task or an action, as much as is needed to name it. */
export interface Made {
  readonly title: string
  /** Where it was made. */
  readonly origin: Error
}

const open = new Set<Made>()
let runs = 0

/** Called where tasks and actions are made. What is made while a module is loaded is not looked at: it may be for another playbook. */
export function noteMade<T extends Made>(made: T): T {
  if (runs > 0) open.add(made)
  return made
}

/** A host was asked for it. */
export function noteAsked(made: Made): void {
  open.delete(made)
}

/** Takes notes until the end, which gives what nobody asked for. */
export function watchMade(): { end(): readonly Made[] } {
  runs++
  return {
    end() {
      runs--
      const left = [...open]
      if (runs === 0) open.clear()
      return left
    },
  }
}
