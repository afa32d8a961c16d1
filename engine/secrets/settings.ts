import { z } from 'zod'

/**
 * Which store an inventory keeps its secrets in: the variable `secrets`, most often in group_vars/all.yml. Relative paths start at the
 * folder of the inventory.
 */

const Path = z.string().regex(/^[^\0\n]+$/, 'a path is not empty and has no line breaks').refine((path) => !/^~[^/]/.test(path), 'of "~", only your own home ("~/…") is known')
const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable has letters, digits and "_"')

/** How a service of AWS is reached, and as whom. */
export const AwsAccess = z.strictObject({
  region: z.string().regex(/^[a-z]{2}(?:-[a-z0-9]+)+$/, 'a region such as "eu-west-1"').optional().describe('default: that of the profile, or AWS_REGION'),
  profile: z.string().min(1).optional().describe('of ~/.aws/config; default: AWS_PROFILE, or "default"'),
  endpoint: z.url({ protocol: /^https?$/, error: 'an address such as "https://vpce-….eu-west-1.vpce.amazonaws.com"' }).optional().describe('another address: of a VPC, of a lab'),
})
export type AwsAccess = z.output<typeof AwsAccess>

const Ssm = z.strictObject({
  store: z.literal('ssm'),
  prefix: z.string().regex(/^\/(?:[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*\/?)?$/, 'a prefix begins with "/": letters, digits, "_", ".", "-" and "/"').default('/').describe('put before every name: "/production"'),
  ...AwsAccess.shape,
  key: z.string().min(1).optional().describe('KMS key for new parameters; default: aws/ssm'),
})

const Age = z.strictObject({
  store: z.literal('age'),
  directory: Path.describe('of the files NAME.age, in the repository'),
  identity_file: Path.optional().describe('your key: what `age-keygen -o` writes'),
  identity_variable: VariableName.default('HOSTWRIGHT_AGE_IDENTITY').describe('or the key itself, in this environment variable; it wins over the file'),
  recipients: Path.optional().describe('whom new secrets are encrypted to, one public key a line; default: recipients.txt in that directory'),
})

const Files = z.strictObject({
  store: z.literal('files'),
  directory: Path.describe('a directory that only you can read, outside of the repository'),
})

const Environment = z.strictObject({
  store: z.literal('environment'),
  prefix: VariableName.optional().describe('put before every name: "PRODUCTION_"'),
})

const Command = z.strictObject({
  store: z.literal('command'),
  command: z
    .array(z.string().min(1).regex(/^[^\0]*$/))
    .min(2, 'the program and its words, such as [pass, show, "{name}"]')
    .refine((words) => words.slice(1).some((word) => word.includes('{name}')), 'one of the words after the program holds {name}')
    .describe('the program and its words; {name} is the name of the secret. No shell is in between'),
  missing_exit: z.int().min(1).max(255).optional().describe('the exit code that means: there is no such secret'),
})

/** The variable of an inventory that says which store. */
export const STORE_VARIABLE = 'secrets'

/** What it holds. */
export const StoreSettings = z
  .discriminatedUnion('store', [Ssm, Age, Files, Environment, Command], { error: 'the store is one of ssm, age, files, environment, command' })
  .describe('Where secrets are kept: docs/secrets.md.')

export type StoreSettings = z.output<typeof StoreSettings>
export type SsmSettings = z.output<typeof Ssm>
export type AgeSettings = z.output<typeof Age>
export type FilesSettings = z.output<typeof Files>
export type EnvironmentSettings = z.output<typeof Environment>
export type CommandSettings = z.output<typeof Command>

/** Settings that are paths: relative ones start at the folder of the inventory. */
export const STORE_PATHS: readonly string[] = ['directory', 'identity_file', 'recipients']
