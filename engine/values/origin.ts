/** Frames: those of the definers, a helper or two of the author's, and the place where the author wrote it. */
const DEPTH = 6

/**
 * Marks the place in a playbook or role that calls us; its stack is read only when something goes wrong (`placeOf` in host/origin.ts). A
 * role may make thousands of tasks, and every frame of a stack costs.
 */
export function originHere(name: string): Error {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = DEPTH
  const origin = new Error(name)
  Error.stackTraceLimit = limit
  return origin
}
