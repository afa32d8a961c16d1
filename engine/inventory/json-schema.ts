import { z } from 'zod'
import { STORE_VARIABLE, StoreSettings } from '../secrets/settings.ts'
import { Behavioural, groupSchema } from './schema.ts'

type Roles = Readonly<Record<string, z.ZodType>>
type JsonSchema = z.core.JSONSchema.BaseSchema

/**
 * The JSON Schema of an inventory file, for the editor to complete and check hosts.yml.
 *
 * @param roles the params schema of each role, by its name, so that role variables are completed too.
 */
export function inventoryJsonSchema(roles: Roles = {}): JsonSchema {
  const group = groupSchema(varsSchema(roles).meta({ id: 'variables' })).nullable()
  const groups = z.object({ all: group.describe('Every host, and the groups they are in.') }).catchall(group)
  return { title: 'Inventory', description: 'Hosts, their groups and their variables.', ...toJson(groups) }
}

/** The JSON Schema of a file in group_vars/ or host_vars/. */
export function varsJsonSchema(roles: Roles = {}): JsonSchema {
  return { title: 'Variables', description: 'Variables of a group or a host.', ...toJson(varsSchema(roles)) }
}

function varsSchema(roles: Roles): z.ZodType {
  const variables = Object.entries(roles).map(([name, role]) => [name, role.describe(`Variables of the role ${name}.`).nullable().optional()])
  return z.looseObject({ ...Behavioural.shape, [STORE_VARIABLE]: StoreSettings.nullable().optional(), ...Object.fromEntries(variables) })
}

function toJson(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    // A group may say one half of a role's variables and a host the other: nothing is required of either, and a half may fit several forms.
    override: ({ jsonSchema }) => {
      delete jsonSchema.required
      // An editor takes what stands after `!secrets` for text.
      if (typeof jsonSchema.additionalProperties === 'object' && jsonSchema.additionalProperties['secret'] === true) delete jsonSchema.type
      if (jsonSchema.oneOf === undefined) return
      jsonSchema.anyOf = jsonSchema.oneOf
      delete jsonSchema.oneOf
    },
  })
}
