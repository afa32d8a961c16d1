import { defineBatchFact, type Fact } from './fact.ts'

/** `mounts('/data')`: the mount points at a path and beneath it. One reading of the mount table for all. */
export const mounts: (path: string) => Fact<readonly string[]> = defineBatchFact<string, readonly string[]>({
  name: 'mounts',
  blank: [],
  read: () => 'cat /proc/self/mounts',
  parse: (output, paths) => {
    const points = output
      .toString()
      .split('\n')
      .flatMap((line) => line.split(' ')[1]?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) ?? [])
    return paths.map((path) => [...new Set(points)].filter((point) => point === path || point.startsWith(path === '/' ? '/' : `${path}/`)))
  },
})
