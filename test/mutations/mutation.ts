/** A way to take away what protects. */
export interface Mutation {
  /** What the program does then. */
  readonly name: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Each of these must go red: a file below test/, and after " > " what the titles of its tests hold, where not all of them are needed. */
  readonly tests: readonly [string, ...string[]]
  /** Why no test sees it. Such a mutation must survive: whoever writes the test takes this away. */
  readonly gap?: string
}

/** The text with the mutation in it; undefined when it does not stand there once. */
export function mutated(text: string, { find, replace }: Mutation): string | undefined {
  const [before = '', after, ...more] = text.split(find)
  return after === undefined || more.length > 0 ? undefined : before + replace + after
}

/** A file of tests, and what the titles of those that are wanted hold. */
export function chosen(tests: string): { readonly file: string; readonly titles: string } {
  const [name = '', titles = ''] = tests.split(' > ')
  return { file: `test/${name}.test.ts`, titles }
}
