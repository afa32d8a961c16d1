import { existsSync, readdirSync, rmdirSync } from 'node:fs'
import { labPrefix } from './paths.ts'
import { waitUntil } from './wait.ts'

const cgroupTop = `/${labPrefix}`

/** The control group that the containers of a host live under. */
export function cgroupOf(name: string): string {
  return `${cgroupTop}/${name}`
}

const top = '/sys/fs/cgroup'

/** Removes the control groups that the containers of a host lived in (see `cgroupOf`), in every hierarchy. */
export async function cgroupsDown(name: string): Promise<void> {
  for (const folder of hierarchies().map((hierarchy) => hierarchy + cgroupTop)) {
    await waitUntil(`the end of ${folder}/${name}`, 10, async () => removeTree(`${folder}/${name}`))
    removeTree(folder, { onlyIfEmpty: true })
  }
}

/** Version 1 has a hierarchy a controller, version 2 has one: the top itself. */
function hierarchies(): string[] {
  return [top, ...readdirSync(top, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => `${top}/${entry.name}`)]
}

/** rmdir from the leaves up: the files of a control group are not removed, they go with it. False while one is in use. */
function removeTree(folder: string, { onlyIfEmpty = false } = {}): boolean {
  if (!existsSync(folder)) return true
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  if (onlyIfEmpty && children.length > 0) return true
  try {
    for (const child of children) if (!removeTree(`${folder}/${child.name}`)) return false
    rmdirSync(folder)
    return true
  } catch {
    return false // EBUSY: a process of it is still ending
  }
}
