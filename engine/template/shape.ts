import { z } from 'zod'

/** What a schema says about the names below a value. Undefined: any name may be there. */
export interface Shape {
  /** Of a map with known keys: each key, and what is below it. */
  readonly keys?: ReadonlyMap<string, Shape>
  /** Of a list, or of a map with any keys. */
  readonly item?: Shape
}

/** The names that a value of this schema can have below it, so far as the schema tells: what it does not tell, is not held against a template. */
export function shapeOf(schema: unknown): Shape {
  if (schema instanceof z.ZodObject) return { keys: new Map(Object.entries(schema.shape).map(([key, each]) => [key, shapeOf(each)])) }
  if (schema instanceof z.ZodArray) return { item: shapeOf(schema.element) }
  if (schema instanceof z.ZodRecord) return { item: shapeOf(schema.valueType) }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly) return shapeOf(schema.unwrap())
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return shapeOf(schema.unwrap())
  return {}
}
