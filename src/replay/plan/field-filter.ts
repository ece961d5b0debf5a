import { fieldsOf } from '../../model/entries/fields.ts'
import { isObjectText, objectText } from '../../model/json/json-text.ts'

/** Tells whether a value is one that the API takes. */
export type Check = (value: unknown) => boolean

/** The members that the API takes in an object, and which of them must be there. */
export interface Shape {
  readonly fields: Readonly<Record<string, Check>>
  readonly required?: readonly string[]
}

/** What of an object fits, as text, and what does not. A member that is null where it may not be says nothing and is no loss. */
export interface Fitted {
  readonly text: string
  readonly dropped: readonly { readonly key: string; readonly value: string }[]
}

/** Leaves of an object what fits a shape, the values token for token; undefined where something required is missing. */
export function fit(text: string, { fields, required = [] }: Shape): Fitted | undefined {
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

export const isText: Check = (value) => typeof value === 'string'
export const isTruth: Check = (value) => typeof value === 'boolean'

/** An object, and no array. */
export const isDict: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** One of these words. */
export function isWord(...words: readonly string[]): Check {
  return (value) => words.includes(value as string)
}

/** An array of these. */
export function isListOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check)
}

/** Null, or this. */
export function orNull(check: Check): Check {
  return (value) => value === null || check(value)
}

/** A number between these two. */
export function isNumber(least: number, most: number): Check {
  return (value) => typeof value === 'number' && value >= least && value <= most
}

/** A whole number from this one on. */
export function isWhole(least: number): Check {
  return (value) => Number.isInteger(value) && (value as number) >= least
}
