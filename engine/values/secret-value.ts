import { z } from 'zod'
import { Secret } from './secret.ts'

const PLACEHOLDER = /^(?:change-?me|your[-_].*|x{3,}|todo|secret|password|<.*>)$/i

/** Text, or what is a secret already. Text comes first: what is wrong is told of the first that does not fit. */
const secretOf = (text: z.ZodString) =>
  z
    .union([text.refine((value) => !PLACEHOLDER.test(value), 'this is a placeholder, not a secret').transform((value) => new Secret(value)), z.instanceof(Secret)])
    .meta({ secret: true })
    .describe('secret')

/**
 * A secret in the inventory or in `-e @file.yml`: text that becomes a {@link Secret} when it is read. What cannot be one is refused:
 * empty, padded with blanks (a paste that went wrong), or a placeholder that somebody forgot to replace.
 */
export const SecretValue = secretOf(z.string().min(4, 'a secret has at least 4 characters').refine((value) => value.trim() === value, 'this secret begins or ends with white space'))

/** A secret that also has to stand in configuration files and URLs that know no quoting: letters, digits and `_ . ~ -` and a few more. */
export const PlainSecret = secretOf(
  z.string().regex(/^[A-Za-z0-9_.~+=/@%^:-]{4,}$/, 'use letters, digits and _ . ~ + = / @ % ^ : - (at least 4): it stands in a file that knows no quoting'),
)
