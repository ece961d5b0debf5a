import { stringIn } from '../../model/entries/fields.ts'
import { isJson } from '../../model/json/parse-json.ts'

/** A value of any type as a page shows it: as JSON, or as text. */
export interface ShownValue {
  readonly kind: 'json' | 'text'
  readonly text: string
}

/** Finds how arguments or results are shown, which can be anything: as JSON if they are JSON, also within a string. */
export function shownValue(json: string): ShownValue {
  const text = stringIn(json)
  if (text === null) return { kind: 'json', text: json }
  return { kind: isJsonContainer(text) ? 'json' : 'text', text }
}

/** Returns whether a text is a JSON object or array; a number or a string is shown as text. */
function isJsonContainer(text: string): boolean {
  return /^\s*[[{]/.test(text) && isJson(text)
}
