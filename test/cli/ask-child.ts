import { readFlags } from '../../engine/cli/flags.ts'
import { exitWith } from '../../engine/cli/main.ts'
import { readOptions } from '../../engine/cli/options.ts'

/** Asks as a run does, and says what it was told. */
await exitWith(async () => {
  const typed = readFlags(process.argv.slice(2), [])
  if (!typed.ok) throw new Error('no such flags')
  const options = await readOptions(typed.value, { cwd: '/', isTTY: true })
  if (!options.ok) console.log(options.error.map(({ message }) => message).join('; '))
  else console.log(`SSH ${options.value.password?.reveal()}, sudo ${options.value.becomePassword?.reveal()}`)
  return 0
})
