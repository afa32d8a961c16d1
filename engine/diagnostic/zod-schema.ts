import { z } from 'zod'

type Schema = z.core.$ZodType

/** The keys that an object schema knows at a path, through optionals, defaults, unions, records and arrays. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  return schemasAt(schema, path).flatMap((each) => (each instanceof z.core.$ZodObject ? Object.keys(each._zod.def.shape) : []))
}

/** True when a schema at the path, around it or below it is marked `.meta({ secret: true })`: a value of the wrong shape may be the secret of a right one. */
export function isSecret(schema: Schema, path: readonly PropertyKey[]): boolean {
  return path.some((_, index) => schemasAt(schema, path.slice(0, index)).some(isMarked)) || schemasAt(schema, path).some((each) => hasMarked(each))
}

const isMarked = (schema: Schema): boolean => z.globalRegistry.get(schema)?.['secret'] === true

/** Deeper schemas than this refer to themselves. */
const DEEPEST = 8

function hasMarked(schema: Schema, depth = 0): boolean {
  return isMarked(schema) || (depth < DEEPEST && beneath(schema).some((each) => layers(each).some((layer) => hasMarked(layer, depth + 1))))
}

function beneath(schema: Schema): readonly Schema[] {
  if (schema instanceof z.core.$ZodObject) return [...Object.values(schema._zod.def.shape), schema._zod.def.catchall ?? []].flat()
  if (schema instanceof z.core.$ZodRecord) return [schema._zod.def.valueType]
  if (schema instanceof z.core.$ZodArray) return [schema._zod.def.element]
  return schema instanceof z.core.$ZodTuple ? schema._zod.def.items : []
}

/** Whether a text, a number, a truth value or one of a few values may stand at a path. */
export function takesScalar(schema: Schema, path: readonly PropertyKey[]): boolean {
  return schemasAt(schema, path).some((each) => SCALARS.some((kind) => each instanceof kind))
}

const SCALARS = [z.core.$ZodString, z.core.$ZodNumber, z.core.$ZodBoolean, z.core.$ZodEnum, z.core.$ZodLiteral]

/** Every schema that stands at a path, wrappers included. */
function schemasAt(schema: Schema, path: readonly PropertyKey[]): Schema[] {
  let here = layers(schema)
  for (const step of path) here = here.flatMap((each) => inside(each, step)).flatMap((each) => layers(each))
  return here
}

/** A schema, what it wraps, and the branches of a union. */
function layers(schema: Schema, depth = 0): Schema[] {
  return depth > 20 ? [] : [schema, ...wrapped(schema).flatMap((each) => layers(each, depth + 1))]
}

function wrapped(schema: Schema): readonly Schema[] {
  if (schema instanceof z.core.$ZodUnion) return schema._zod.def.options
  if (schema instanceof z.core.$ZodIntersection) return [schema._zod.def.left, schema._zod.def.right]
  if (schema instanceof z.core.$ZodPipe) return [schema._zod.def.in]
  if (schema instanceof z.core.$ZodLazy) return [schema._zod.def.getter()]
  return isWrapper(schema) ? [schema._zod.def.innerType] : []
}

function isWrapper(schema: Schema) {
  return (
    schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodNullable || schema instanceof z.core.$ZodDefault ||
    schema instanceof z.core.$ZodPrefault || schema instanceof z.core.$ZodNonOptional || schema instanceof z.core.$ZodReadonly ||
    schema instanceof z.core.$ZodCatch
  )
}

function inside(schema: Schema, step: PropertyKey): readonly Schema[] {
  if (schema instanceof z.core.$ZodObject) return [schema._zod.def.shape[String(step)] ?? schema._zod.def.catchall ?? []].flat()
  if (schema instanceof z.core.$ZodRecord) return [schema._zod.def.valueType]
  if (schema instanceof z.core.$ZodArray) return [schema._zod.def.element]
  if (schema instanceof z.core.$ZodTuple) return [schema._zod.def.items[Number(step)] ?? []].flat()
  return []
}
