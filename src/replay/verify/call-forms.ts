import { argumentsForm, jsonForm } from './entry-form.ts'
import { isNothing, stringOf, stringTree, textOf, type Tree } from './json-tree.ts'

/*
 * What validators take of a call, told anew from API.md: ids of nine letters or digits, names of up to 64 letters, digits,
 * _ and -, arguments that are JSON. Only what is not taken may be sent as something else.
 */

/** Tells whether an id of a call is taken. */
export function isId(text: string): boolean {
  return text.length === 9 && !/[^0-9A-Za-z]/.test(text)
}

/** Tells whether a name of a function is taken. */
export function isFunctionName(text: string): boolean {
  return text.length > 0 && text.length <= 64 && !/[^\w-]/.test(text)
}

/** Tells whether `after`, a JSON text, is a name that takes the place of one that is not taken. */
export function replacesName(given: string | undefined, after: string | undefined): boolean {
  return given !== undefined && !isFunctionName(given) && after !== undefined && isFunctionName(after)
}

/** Arguments of a tool execution as a call may have them. */
export function isSameArguments(given: Tree | undefined, sent: Tree | undefined): boolean {
  const words = stringOf(given)
  const told = sent === undefined ? undefined : argumentsForm(sent)
  if (isNothing(given) || words?.trim() === '') return told === '{}'
  if (words === undefined) return told === textOf(given) || jsonForm(stringOf(sent) ?? '') === textOf(given)
  return told === (jsonForm(words) === undefined ? cutArguments(words) : argumentsForm(given))
}

/** The form of arguments that are cut off: a string that holds a JSON string. */
export function cutArguments(words: string): string {
  return textOf(stringTree(JSON.stringify(words)))
}
