import type { ScalarTag } from 'yaml'
import { parseReference } from '../secrets/reference.ts'

const tagOf = (tag: 'secret' | 'secrets'): ScalarTag => ({
  tag: `!${tag}`,
  resolve(text, onError) {
    const reference = parseReference(tag, text)
    if (reference.ok) return reference.value
    onError(reference.error)
    return text
  },
})

/** The two tags that YAML may hold: places for what a secret store holds. */
export const SECRET_TAGS: ScalarTag[] = [tagOf('secret'), tagOf('secrets')]
