/** Says on stderr what takes long, so that nobody waits before a silent terminal. */
export function tell(text: string): void {
  console.error(`lab: ${text}`)
}
