import { stringIn } from '../../../model/entries/fields.ts'
import { isObjectText } from '../../../model/json/json-text.ts'
import { isJson } from '../../../model/json/parse-json.ts'
import type { LossKind } from '../../loss.ts'

/** The arguments to send, and the loss, if any. */
export interface SentArguments {
  readonly text: string
  readonly loss: LossKind | undefined
}

/**
 * The API accepts an object, or a string of JSON. Truncated arguments are sent as a JSON string inside the string, so
 * that the call keeps its result.
 */
export function rewriteArguments(given: string | undefined): SentArguments {
  if (given === undefined || given === 'null') return { text: '"{}"', loss: 'value-as-text' }
  if (isObjectText(given)) return { text: given, loss: undefined }
  const text = stringIn(given)
  if (text === null) return { text: JSON.stringify(given), loss: 'value-as-text' }
  if (text.trim() === '') return { text: '"{}"', loss: 'blank-arguments' }
  if (isJson(text)) return { text: given, loss: undefined }
  return { text: JSON.stringify(JSON.stringify(text)), loss: 'cut-arguments' }
}
