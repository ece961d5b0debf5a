import { fieldsOf } from '../../model/entries/fields.ts'
import { isObjectText, objectText } from '../../model/json/json-text.ts'
import { lookUp } from '../../model/json/parse-json.ts'
import { memberPath } from './source.ts'

/** Returns whether the API accepts a value. */
export type FieldCheck = (value: unknown) => boolean

/** The members that the API accepts in an object, and which are required. */
export interface FieldFilter {
  readonly fields: Readonly<Record<string, FieldCheck>>
  readonly required?: readonly string[]
}

/** A value that is not sent, and where it is in its entry or row. */
export interface DroppedValue {
  readonly path: string
  readonly value: string
}

/** The accepted part of an object, as text, and the rejected members. A rejected member that is null is no loss. */
export interface FilteredFields {
  readonly text: string
  readonly dropped: readonly DroppedValue[]
}

/**
 * Keeps the members of the object at a path that the API accepts, each token for token; undefined if it is not an
 * object or a required member is missing.
 */
export function filterFields(
  text: string,
  path: string,
  { fields, required = [] }: FieldFilter,
): FilteredFields | undefined {
  if (!isObjectText(text)) return undefined
  const kept: Record<string, string> = {}
  const dropped: DroppedValue[] = []
  for (const [key, value] of fieldsOf(text)) {
    if (lookUp(fields, key)?.(JSON.parse(value)) === true) kept[key] = value
    else if (value !== 'null') dropped.push({ path: memberPath(path, key), value })
  }
  if (required.some((key) => !Object.hasOwn(kept, key))) return undefined
  return { text: objectText(kept), dropped }
}

/** Like `filterFields`, for a value that may be left out: what is not an object is dropped as a whole. */
export function acceptedFields(
  text = 'null',
  path: string,
  fields: FieldFilter['fields'],
): Omit<FilteredFields, 'text'> & { readonly text: string | undefined } {
  const whole = text === 'null' ? [] : [{ path, value: text }]
  return filterFields(text, path, { fields }) ?? { text: undefined, dropped: whole }
}

export const isString: FieldCheck = (value) => typeof value === 'string'
export const isBoolean: FieldCheck = (value) => typeof value === 'boolean'

export function isOneOf(...choices: readonly string[]): FieldCheck {
  return (value) => choices.includes(value as string)
}

export function isListOf(check: FieldCheck): FieldCheck {
  return (value) => Array.isArray(value) && value.every(check)
}

export function orNull(check: FieldCheck): FieldCheck {
  return (value) => value === null || check(value)
}

/** A number from `least` to `most`. */
export function isNumber(least: number, most: number): FieldCheck {
  return (value) => typeof value === 'number' && value >= least && value <= most
}

/** An integer of at least `least`. */
export function isInteger(least: number): FieldCheck {
  return (value) => Number.isInteger(value) && (value as number) >= least
}
