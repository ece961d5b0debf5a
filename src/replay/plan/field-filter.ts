import { fieldsOf } from '../../model/entries/fields.ts'
import { isObjectText, objectText } from '../../model/json/json-text.ts'

/** Returns whether the API accepts a value. */
export type FieldCheck = (value: unknown) => boolean

/** The members that the API accepts in an object, and which are required. */
export interface FieldFilter {
  readonly fields: Readonly<Record<string, FieldCheck>>
  readonly required?: readonly string[]
}

/** The accepted part of an object, as text, and the rejected members. A rejected member that is null is no loss. */
export interface FilteredFields {
  readonly text: string
  readonly dropped: readonly { readonly key: string; readonly value: string }[]
}

/**
 * Keeps the members of an object that the API accepts, each token for token; undefined if a required one is missing.
 */
export function filterFields(
  text: string,
  { fields, required = [] }: FieldFilter,
): FilteredFields | undefined {
  if (!isObjectText(text)) return undefined
  const kept: Record<string, string> = {}
  const dropped: { key: string; value: string }[] = []
  for (const [key, value] of fieldsOf(text)) {
    const check = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (check?.(JSON.parse(value)) === true) kept[key] = value
    else if (value !== 'null') dropped.push({ key, value })
  }
  if (required.some((key) => !Object.hasOwn(kept, key))) return undefined
  return { text: objectText(kept), dropped }
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
