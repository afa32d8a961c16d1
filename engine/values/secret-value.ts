import { z } from 'zod'
import { Secret } from './secret.ts'

const PLACEHOLDER = /^(?:change-?me|your[-_].*|x{3,}|todo|secret|password|<.*>)$/i

/** Text, or what is a secret already. Text comes first: what is wrong is told of the first that does not fit. */
function secretOf(text: z.ZodString) {
  const fit = text.refine((value) => !PLACEHOLDER.test(value), 'this is a placeholder, not a secret')
  // One that comes out of a store must be as good as one that somebody wrote.
  const given = z.instanceof(Secret).transform((secret, { addIssue }) => {
    for (const { message } of fit.safeParse(secret.reveal()).error?.issues ?? []) addIssue({ code: 'custom', message, continue: true })
    return secret
  })
  return z
    .union([fit.transform((value) => new Secret(value)), given])
    .meta({ secret: true })
    .describe('secret')
}

/**
 * A secret in the inventory or in `-e @file.yml`: text that becomes a {@link Secret} when it is read. What cannot be one is refused:
 * empty, padded with blanks (a paste that went wrong), or a placeholder that somebody forgot to replace.
 */
export const SecretValue = secretOf(z.string().min(4, 'a secret has at least 4 characters').refine((value) => value.trim() === value, 'this secret begins or ends with white space'))

/**
 * A value out of a whole `.env` of which some are secret: `DEBUG=1` may stand beside a password. Not empty, not padded, no placeholder; what is
 * shorter than 4 characters is kept secret like the rest, but cannot be found again in what others print.
 */
export const SecretEntry = secretOf(z.string().min(1, 'this value is empty').refine((value) => value.trim() === value, 'this value begins or ends with white space'))

/** A secret that also has to stand in configuration files and URLs that know no quoting: letters, digits and `_ . ~ -` and a few more. */
export const PlainSecret = secretOf(
  z.string().regex(/^[A-Za-z0-9_.~+=/@%^:-]{4,}$/, 'use letters, digits and _ . ~ + = / @ % ^ : - (at least 4): it stands in a file that knows no quoting'),
)
