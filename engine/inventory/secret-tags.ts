import type { ScalarTag } from 'yaml'
import { parseReference, SecretReference } from '../secrets/reference.ts'

const tagOf = (tag: 'secret' | 'secrets'): ScalarTag => ({
  tag: `!${tag}`,
  resolve(text, onError) {
    const reference = parseReference(tag, text)
    if (reference.ok) return reference.value
    onError(reference.error)
    // What is wrong with it was told: it counts as given, and what needs it is not said to be missing.
    return new SecretReference(tag === 'secret' ? 'value' : 'document', 'unreadable')
  },
})

/** The two tags that YAML may hold: places for what a secret store holds. */
export const SECRET_TAGS: ScalarTag[] = [tagOf('secret'), tagOf('secrets')]
