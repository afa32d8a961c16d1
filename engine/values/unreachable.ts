/** Ends every switch over a union: a member that was forgotten does not compile, and one that slipped in at run time is named. */
export function unreachable(value: never): never {
  throw new Error(`not handled: ${JSON.stringify(value)}`)
}
