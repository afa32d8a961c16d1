import { z } from 'zod'
import type { Content } from './content.ts'
import { Secret } from './secret.ts'

/**
 * The building blocks of task and role params. They refuse what could hurt on its way to a path or an argv,
 * and their messages say what to write instead.
 */

const noControl = (value: string) => !/[\u0000-\u001f\u007f]/.test(value)

/** An absolute path on a host, in normal form: no `..`, no `//`, no trailing slash, no control characters. */
export const RemotePath = z
  .string()
  .max(4096)
  .refine((value) => value.startsWith('/'), 'a path on a host must be absolute')
  .refine(noControl, 'a path must not hold control characters')
  .refine((value) => !value.split('/').some((part) => part === '..' || part === '.'), 'a path must not hold "." or ".."')
  .transform((value) => (value === '/' ? '/' : value.replace(/\/+/g, '/').replace(/\/$/, '')))
  .describe('absolute path on the host')

/** File permissions, always as a quoted string: "0644", "750", "4755". Stored with four digits. */
export const Mode = z
  .string('write a mode in quotes, such as "0644": a bare number is another one')
  .regex(/^[0-7]{3,4}$/, 'a mode is three or four octal digits, such as "0644"')
  .transform((value) => value.padStart(4, '0'))
  .describe('permissions in octal, quoted: "0644"')

/** A user or group: a name as `useradd` takes it, or a number. */
export const Account = z
  .string()
  .regex(/^(?:[a-z_][a-z0-9_.-]{0,31}\$?|\d{1,10})$/i, 'a user or group is a name such as "www-data", or a number')
  .describe('user or group: a name or a number')

/** Names stand in Compose files as they are, where YAML (1.1 or 1.2, as readers differ) makes a truth value, a number or a date of these. */
const isText = (name: string) => !/^(?:true|false|null|yes|no|on|off|y|n|0x[0-9a-f]+|\d[\d_]*(?:\.[\d_]*)?(?:e-?\d+)?|\d{4}-\d\d?-\d\d?)$/i.test(name)
const NOT_TEXT = 'YAML reads this as a truth value, a number or a date: give it another name, such as one with a letter more'

/** A name that becomes part of paths, container names and labels. */
export const ServiceName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'use lower-case letters, digits, "-" and "_", starting with a letter or digit')
  .refine(isText, NOT_TEXT)
  .describe('lower-case name: letters, digits, - and _')

/** The name of a Docker network, as Docker takes it. It stands as it is in Compose files. */
export const NetworkName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'use letters, digits, "_", "." and "-", starting with a letter or digit').refine(isText, NOT_TEXT)

/** A time span: "500ms", "30s", "5m", "1h". Stored in seconds. */
export const Duration = z
  .string()
  .regex(/^\d+(?:\.\d+)?(?:ms|s|m|h)$/, 'a time span is a number and a unit: "500ms", "30s", "5m", "1h"')
  .transform((value) => {
    const [, amount = '0', unit = 's'] = /^([\d.]+)(ms|s|m|h)$/.exec(value) ?? []
    return Number(amount) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[unit] ?? 1)
  })
  .refine((seconds) => seconds <= 864_000, 'a time span is at most 240h')
  .describe('time span: 500ms, 30s, 5m, 1h')

/** One line of text. */
export const Line = z.string().refine((value) => !/[\n\r\0]/.test(value), 'must be one line')

const Word = z.string().refine((word) => !word.includes('\0'), 'a word of a command holds no NUL')

/**
 * A command as an argv. A tuple, so that one without any word does not compile: `z.array(z.string()).min(1)` gives `string[]`, which may be
 * empty to TypeScript, and does not fit where an argv is wanted.
 */
export const Argv = z.tuple([Word.min(1)], Word).describe('a command, word by word; no shell reads it')

/** What only TypeScript can hold has a title: by that the reference calls it. Where text will do as well, it stands in a union with that. */
export const SecretObject = z.instanceof(Secret).meta({ title: 'Secret' })
export const ContentObject = z.custom<Content>((value) => typeof value === 'object' && value !== null && 'digest' in value && 'chunks' in value).meta({ title: 'Content' })

/** A TCP port. */
export const Port = z.int().min(1).max(65535).describe('TCP port, 1 to 65535')

/** The memory limit of a container, as Compose writes it. */
export const Memory = z.string().regex(/^\d+(?:\.\d+)?[bkmg]$/i, 'memory is a number and a unit: "512m", "2g"').describe('memory: 512m, 2g')

/** Room on a disk: "500m", "2g". Stored in bytes. */
export const Size = z
  .string()
  .regex(/^\d+(?:\.\d+)?[bkmgt]$/i, 'a size is a number and a unit: "500m", "2g"')
  .transform((value) => Math.ceil(Number.parseFloat(value) * 1024 ** 'bkmgt'.indexOf(value.slice(-1).toLowerCase())))
  .describe('size: 500m, 2g')

/** An image reference: name, tag and/or digest. */
export const Image = z
  .string()
  .regex(/^[a-z0-9][A-Za-z0-9._\-/:]*(?:@sha256:[0-9a-f]{64})?$/, 'an image is name[:tag][@sha256:digest], such as "redis:7-alpine"')
  .describe('image: name[:tag][@sha256:…]')
