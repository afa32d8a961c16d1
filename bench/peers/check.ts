import { everywhere } from '../hosts/everywhere.ts'
import type { Target } from '../hosts/target.ts'
import type { Item } from '../workload/items.ts'
import { differences, expectedManifest, manifestCommand, readManifest } from '../workload/manifest.ts'

/** What stands on every host, against the description; throws with the first differences. Not timed. */
export async function check(targets: readonly Target[], itemsOf: (host: string) => readonly Item[], who: string): Promise<void> {
  const printed = await everywhere(targets, manifestCommand())
  for (const [index, { name }] of targets.entries()) {
    const wrong = differences(expectedManifest(itemsOf(name)), readManifest(printed[index] ?? ''))
    if (wrong.length > 0) throw new Error(`${who} left ${name} in another state than was asked:\n${wrong.slice(0, 10).join('\n')}`)
  }
}
