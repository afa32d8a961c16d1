/** Waits for something to become true; false when it does not in time. */
export async function until(is: () => boolean, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (is()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return is()
}
