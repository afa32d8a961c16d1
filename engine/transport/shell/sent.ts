import type { WriteStep } from '../../tasks/change.ts'
import type { Content } from '../../values/content.ts'
import { packed } from '../../values/packed.ts'
import { LARGE, PouredFiles } from './poured.ts'

/** Bytes of packed contents that an act holds in memory at most; what is more goes as it is. */
const MOST = 16 * 1024 * 1024

/** What goes along with the script of an act, in the order in which the script takes it. */
export class Sent {
  readonly blobs: Content[] = []
  readonly #poured = new PouredFiles()
  readonly #unpacks: boolean
  #packed = 0
  #pours = false

  /** `unpacks`: the host has gzip. */
  constructor(unpacks: boolean) {
    this.#unpacks = unpacks
  }

  /** What has to be defined before the work. */
  get pourScript(): string[] {
    return this.#pours ? [POUR] : []
  }

  /** What has to be defined before the look. */
  get sums(): string[] {
    return this.#poured.sums()
  }

  /** A content for a file. */
  pour(step: WriteStep): string[] {
    this.#pours = true
    const { size, unpack } = this.add(step.content)
    return [`hw_pour ${size} ${step.content.digest}${unpack ? ' gzip' : ''}`, ...this.#poured.note(step)]
  }

  /** How many bytes the script has to take, and whether they are packed. */
  add(content: Content): { readonly size: number; readonly unpack: boolean } {
    const small = this.#unpacks && this.#packed < MOST ? packedOrNot(content) : undefined
    this.#packed += small?.size ?? 0
    this.blobs.push(small ?? content)
    return { size: (small ?? content).size, unpack: small !== undefined }
  }
}

/** A file that cannot be read any more is sent as it is announced, and refused by its digest. */
function packedOrNot(content: Content): Content | undefined {
  try {
    return packed(content)
  } catch {
    return undefined
  }
}

/**
 * Fills the temporary file with so many bytes ($1) of what comes, packed ($3) or not, and sums it ($2). `openssl` sums three times as fast as the
 * `sha256sum` of Debian 12, and is taken for a large one where the host has it.
 */
const POUR = `hw_pour() {
case "$1 $3" in
"$hw_b ") dd bs=65536 iflag=fullblock status=none ;;
*' ') hw_take "$1" ;;
*) hw_take "$1" | gzip -dc ;;
esac >"$hw_t" || return
hw_arrived "$2" "$([ "$1" -lt ${LARGE} ] || openssl dgst -sha256 -r <"$hw_t" 2>/dev/null)"
}`
