import { exitWith } from '../main.ts'
import { manageSecrets } from './manage-secrets.ts'

await exitWith(() => manageSecrets(process.argv.slice(2)))
