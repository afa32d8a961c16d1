import { taskName } from '../report/text/task.ts'

/** Whether `--start-at` means a task: by its title, or as a run tells it, "motd › file /etc/motd". */
export function isMeant(pattern: string, task: { readonly role: string; readonly task: string }): boolean {
  return titleMatches(pattern, task.task) || titleMatches(pattern, taskName(task))
}

/** Whether a task's title is meant: the title itself, or a pattern in which `*` stands for anything. */
export function titleMatches(pattern: string, title: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === title
  if (!title.startsWith(first)) return false
  const last = rest.pop() ?? ''
  let at = first.length
  for (const part of rest) {
    const found = title.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return title.length - last.length >= at && title.endsWith(last)
}
