import { fieldsOf } from '../../../model/entries/fields.ts'
import { objectText } from '../../../model/json/json-text.ts'
import { isObject, lookUp } from '../../../model/json/parse-json.ts'
import type { Loss } from '../../loss.ts'
import {
  acceptedFields,
  isListOf,
  isNumber,
  isString,
  isBoolean,
  isInteger,
  isOneOf,
  orNull,
  type FieldCheck,
} from '../field-filter.ts'
import { makeLoss } from '../source.ts'

/** The completion arguments for start. */
export interface CompletionArgs {
  /** Undefined if there are none. */
  readonly text: string | undefined
  readonly losses: readonly Loss[]
  readonly maxTokens: number | undefined
  /** False for `reasoning_effort: none`: the model then does not reason and does not accept thinking. */
  readonly mayReason: boolean
}

/**
 * Keeps the completion arguments, each token for token, except those that the API returns but does not accept: a
 * `json_schema` without its schema was seen. Null means absent and is not sent.
 */
export function completionArgs(text: string | undefined, reasons: boolean): CompletionArgs {
  // Only a reasoning model accepts a reasoning effort.
  const fields = reasons ? checks : { ...checks, reasoning_effort: isNull }
  const accepted = acceptedFields(text, 'completion_args', fields)
  const kept = [...fieldsOf(accepted.text ?? '{}')].filter(([, value]) => value !== 'null')
  const args = Object.fromEntries(kept)
  return {
    text: kept.length === 0 ? undefined : objectText(args),
    losses: accepted.dropped.map(({ path, value }) => makeLoss('argument-dropped', null, path, value)),
    maxTokens: args['max_tokens'] === undefined ? undefined : Number(args['max_tokens']),
    mayReason: args['reasoning_effort'] !== NONE,
  }
}

/** Sets `tool_choice` to none, so that no tool runs or is billed. */
export function withoutToolUse(text = '{}'): { readonly text: string; readonly losses: Loss[] } {
  const fields = fieldsOf(text)
  const before = fields.get('tool_choice')
  if (before === NONE) return { text, losses: [] }
  return {
    text: objectText({ ...Object.fromEntries(fields), tool_choice: NONE }),
    losses: [makeLoss('tools-silenced', null, 'completion_args.tool_choice', before, NONE)],
  }
}

const NONE = '"none"'

const isNull: FieldCheck = (value) => value === null

/** Whether the API accepts a max_tokens of 0 is unknown. */
const checks: Readonly<Record<string, FieldCheck>> = {
  stop: orNull((value) => isString(value) || isListOf(isString)(value)),
  presence_penalty: orNull(isNumber(-2, 2)),
  frequency_penalty: orNull(isNumber(-2, 2)),
  temperature: orNull(isNumber(0, 1)),
  top_p: orNull(isNumber(0, 1)),
  max_tokens: orNull(isInteger(1)),
  random_seed: orNull(isInteger(0)),
  prediction: orNull(isExactly({ type: isOneOf('content'), content: isString })),
  response_format: orNull(isResponseFormat),
  tool_choice: isOneOf('auto', 'none', 'any', 'required'),
  reasoning_effort: orNull(isOneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
}

const isSchema = isExactly(
  { name: isString, description: orNull(isString), schema: isObject, strict: isBoolean },
  ['name', 'schema'],
)

function isResponseFormat(value: unknown): boolean {
  const ofSchema = isExactly({ type: isOneOf('json_schema'), json_schema: isSchema }, ['type', 'json_schema'])
  const plain = isExactly({ type: isOneOf('text', 'json_object'), json_schema: isNull })
  return ofSchema(value) || plain(value)
}

/** An object with no members but these. */
function isExactly(
  fields: Readonly<Record<string, FieldCheck>>,
  required: readonly string[] = [],
): FieldCheck {
  return (value) =>
    isObject(value) &&
    required.every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, inner]) => lookUp(fields, key)?.(inner))
}
