import { directories } from './directories/role.ts'

/** Every role there is. A variable in the inventory that is none of these names is a mistake, and is told as one. */
export const roles = [directories] as const
