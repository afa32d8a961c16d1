import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { quoteAll } from '../../engine/values/quote.ts'
import { unreachable } from '../../engine/values/unreachable.ts'
import { type Item, rendered } from '../workload/items.ts'
import { bareRun } from './bare.ts'
import type { Engine } from './engine.ts'

const FUNCTIONS = readFileSync(new URL('script.sh', import.meta.url), 'utf8')

/** No engine: a script a host that does the workload, as a person writes it who takes care, sent over ssh2 to `sh`. */
export const script: Engine = {
  name: 'script',
  title: 'a script by hand',
  does: 'whole',
  prepare: async (field) => bareRun(field, ({ name }) => ({ command: 'exec /bin/sh', stdin: scriptOf(field.itemsOf(name)) })),
}

/** The whole script of a host. At its end it prints how much it changed. */
export const scriptOf = (items: readonly Item[]): string => `${FUNCTIONS}${items.map(callOf).join('')}echo "$changed"\n`

function callOf(item: Item): string {
  switch (item.kind) {
    case 'directory':
      return call('directory', item.path, item.mode.replace(/^0/, ''))
    case 'file':
      return here(item, item.content)
    case 'template':
      return here(item, rendered(item.values))
    case 'line':
      return call('line', item.path, item.line)
    case 'link':
      return call('link', item.path, item.target)
    case 'command':
      return call('makes', item.makes, ...item.argv)
    default:
      return unreachable(item)
  }
}

const call = (...words: string[]) => `${quoteAll(words)}\n`
const here = ({ path, mode }: { path: string; mode: string }, text: string) =>
  `${quoteAll(['content', path, mode.replace(/^0/, ''), createHash('sha256').update(text).digest('hex')])} <<'END'\n${text}END\n`
