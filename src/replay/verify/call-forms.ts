import { argumentsForm, jsonForm } from './entry-form.ts'
import { isNothing, stringOf, stringTree, textOf, type Tree } from './json-tree.ts'

/*
 * What validators accept in a call, stated again from API.md and not imported from plan/: ids of nine letters or
 * digits, names of up to 64 letters, digits, _ and -, arguments that are JSON. Only what is invalid may be replaced.
 */

export function isId(text: string): boolean {
  return text.length === 9 && !/[^0-9A-Za-z]/.test(text)
}

export function isFunctionName(text: string): boolean {
  return text.length > 0 && text.length <= 64 && !/[^\w-]/.test(text)
}

/** Returns whether `after`, a JSON text, is a valid name that replaces an invalid one. */
export function replacesName(given: string | undefined, after: string | undefined): boolean {
  return given !== undefined && !isFunctionName(given) && after !== undefined && isFunctionName(after)
}

/** Returns whether a call has the arguments of a tool execution. */
export function isSameArguments(given: Tree | undefined, sent: Tree | undefined): boolean {
  const text = stringOf(given)
  const form = sent === undefined ? undefined : argumentsForm(sent)
  if (isNothing(given) || text?.trim() === '') return form === '{}'
  if (text === undefined) return form === textOf(given) || jsonForm(stringOf(sent) ?? '') === textOf(given)
  return form === (jsonForm(text) === undefined ? cutArguments(text) : argumentsForm(given))
}

/** The form in which truncated arguments are sent: a string that holds a JSON string. */
export function cutArguments(text: string): string {
  return textOf(stringTree(JSON.stringify(text)))
}
