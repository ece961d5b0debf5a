import { stringIn } from '../../../model/entries/fields.ts'
import { isJson } from '../../../model/json/parse-json.ts'
import { isObjectText } from '../../../model/json/json-text.ts'
import type { LossKind } from '../../loss.ts'

/** Arguments as they are sent, and what that loses. */
export interface SentArguments {
  readonly text: string
  readonly loss: LossKind | undefined
}

/**
 * Arguments are an object, or a string that holds JSON; nothing else is taken. Arguments cut off in the middle are sent
 * whole, as a JSON string within the string, so that the call keeps its result.
 */
export function sentArguments(given: string | undefined): SentArguments {
  if (given === undefined || given === 'null') return { text: '"{}"', loss: 'value-as-text' }
  if (isObjectText(given)) return { text: given, loss: undefined }
  const words = stringIn(given)
  if (words === null) return { text: JSON.stringify(given), loss: 'value-as-text' }
  if (words.trim() === '') return { text: '"{}"', loss: 'blank-arguments' }
  if (isJson(words)) return { text: given, loss: undefined }
  return { text: JSON.stringify(JSON.stringify(words)), loss: 'cut-arguments' }
}
