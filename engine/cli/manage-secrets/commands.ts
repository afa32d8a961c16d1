import { diff } from './diff.ts'
import { download } from './download.ts'
import { edit } from './edit.ts'
import { listLocal, listRemote } from './list.ts'
import { rotate } from './rotate.ts'
import { batchUpload, upload } from './upload.ts'
import type { Work } from './work.ts'

/** What a command takes and does. Help and checks are made from this table. */
export interface Command {
  /** Names of services and keys after the command. */
  readonly words: readonly string[]
  /** Any number of services; none means all of them. */
  readonly many?: true
  readonly doc: string
  readonly needs: { readonly store: boolean; readonly hosts: boolean }
  /** It writes when it was allowed to: so somebody must be there to be asked. */
  readonly asks: boolean
  run(work: Work, words: readonly string[]): Promise<number>
}

const both = { store: true, hosts: true }
const store = { store: true, hosts: false }

export const COMMANDS = {
  upload: { words: ['NAME'], doc: 'store the .env that a host has for this service', needs: both, asks: true, run: upload },
  download: { words: ['NAME'], doc: 'write what is stored to the .env on the host, with a backup; --check only says', needs: both, asks: true, run: download },
  'batch-upload': { words: ['[NAME…]'], many: true, doc: 'the same for several services; default: all that have an .env; an empty one is passed over', needs: both, asks: true, run: batchUpload },
  'batch-download': { words: ['[NAME…]'], many: true, doc: 'the same for several services; default: all that have a directory on the host and are stored', needs: both, asks: true, run: download },
  'list-local': { words: [], doc: 'the .env files on the hosts: how many keys, and what is wrong with them', needs: { store: false, hosts: true }, asks: false, run: listLocal },
  'list-remote': { words: [], doc: 'names and versions in the store', needs: store, asks: false, run: listRemote },
  diff: { words: ['NAME'], doc: 'which keys differ between host and store; exit 0 none, 6 some', needs: both, asks: false, run: diff },
  rotate: { words: ['NAME', 'KEY'], doc: 'a new random value in the store, and who uses it; hosts are not touched', needs: store, asks: true, run: rotate },
  edit: { words: ['NAME'], doc: 'edit what is stored in $EDITOR', needs: store, asks: true, run: edit },
} as const satisfies Readonly<Record<string, Command>>
