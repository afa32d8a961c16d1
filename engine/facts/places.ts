/** Every directory above a path, nearest first; without "/". */
export function ancestors(at: string): string[] {
  const parts = at.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`).reverse()
}

/** The directory a path stands in. */
export function parentOf(at: string): string {
  return at.slice(0, at.lastIndexOf('/')) || '/'
}

/** It stands somewhere below this directory. */
export const isBelow = (root: string, at: string): boolean => at.startsWith(root === '/' ? '/' : `${root}/`) && at !== '/'
