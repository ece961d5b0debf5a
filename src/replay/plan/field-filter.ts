import { fieldsOf } from '../../model/entries/fields.ts'
import { isObjectText, objectText } from '../../model/json/json-text.ts'
import { isObject } from '../../model/json/parse-json.ts'

/** Tells whether a value is one that the API takes. */
export type FieldCheck = (value: unknown) => boolean

/** The members that the API takes in an object, and which of them must be there. */
export interface FieldFilter {
  readonly fields: Readonly<Record<string, FieldCheck>>
  readonly required?: readonly string[]
}

/** What of an object fits, as text, and what does not. A member that is null where it may not be says nothing and is no loss. */
export interface FilteredFields {
  readonly text: string
  readonly dropped: readonly { readonly key: string; readonly value: string }[]
}

/** Leaves of an object what fits a shape, the values token for token; undefined where something required is missing. */
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

export const isText: FieldCheck = (value) => typeof value === 'string'
export const isTruth: FieldCheck = (value) => typeof value === 'boolean'

/** An object, and no array. */
export const isDict: FieldCheck = isObject

/** One of these words. */
export function isWord(...words: readonly string[]): FieldCheck {
  return (value) => words.includes(value as string)
}

/** An array of these. */
export function isListOf(check: FieldCheck): FieldCheck {
  return (value) => Array.isArray(value) && value.every(check)
}

/** Null, or this. */
export function orNull(check: FieldCheck): FieldCheck {
  return (value) => value === null || check(value)
}

/** A number between these two. */
export function isNumber(least: number, most: number): FieldCheck {
  return (value) => typeof value === 'number' && value >= least && value <= most
}

/** A whole number from this one on. */
export function isWhole(least: number): FieldCheck {
  return (value) => Number.isInteger(value) && (value as number) >= least
}
