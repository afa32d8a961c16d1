/** What `--tags` and `--skip-tags` select. A task has its own tags, its role's (the role's name is one) and its play's. */
export interface TagChoice {
  /** Empty: all. */
  readonly tags: readonly string[]
  readonly skip: readonly string[]
}

/** "always" is on a task that runs whatever is asked for, "never" on one that runs only when asked for. */
export function isSelected(own: readonly string[], { tags, skip }: TagChoice): boolean {
  if (own.some((tag) => skip.includes(tag))) return false
  if (own.some((tag) => tags.includes(tag))) return true
  return own.includes('always') || (tags.length === 0 && !own.includes('never'))
}
