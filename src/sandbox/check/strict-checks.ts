import { isDraft7 } from '../../model/json/json-schema.ts'
import { isJson, isObject } from '../../model/json/parse-json.ts'
import type { Behaviour } from '../behaviour.ts'
import { badRequest } from '../responses/error-responses.ts'

/*
 * What validators checked in July 2026 beyond the schema of a request (source: the field; their error messages are
 * copied). Which checks apply depends on the model of the target, so each one has a switch.
 */

/** Rejects inputs that the validator of the model rejects, whatever precedes them. */
export function checkInputs(inputs: unknown, behaviour: Behaviour): void {
  if (!Array.isArray(inputs)) return
  for (const input of inputs.filter(isObject)) {
    const type = input['type'] ?? 'message.input'
    if (type === 'function.call') checkCall(input, behaviour)
    if (type === 'function.result') checkId(input['tool_call_id'], behaviour)
    if (String(type).startsWith('message.')) checkMessage(input, type, behaviour)
  }
}

/** Rejects tool definitions that the validator of the model rejects. */
export function checkTools(tools: unknown, behaviour: Behaviour): void {
  if (!Array.isArray(tools)) return
  for (const { function: declared } of tools.filter(isObject)) {
    if (!isObject(declared)) continue
    checkName(declared['name'], behaviour)
    checkSchema(declared['parameters'], behaviour)
  }
}

function checkCall(call: Readonly<Record<string, unknown>>, behaviour: Behaviour): void {
  checkId(call['tool_call_id'], behaviour)
  checkName(call['name'], behaviour)
  const args = call['arguments']
  if (behaviour.callArguments === 'any' || typeof args !== 'string') return
  if (!isJson(args)) throw badRequest(`Function call arguments must be valid JSON: ${args}`, 3000)
}

function checkId(id: unknown, behaviour: Behaviour): void {
  if (behaviour.callIds === 'any' || /^[a-zA-Z0-9]{9}$/.test(String(id))) return
  throw badRequest(`Tool call id was ${String(id)} but must be a-z, A-Z, 0-9, with a length of 9.`, 3280)
}

function checkName(name: unknown, behaviour: Behaviour): void {
  if (behaviour.functionNames === 'any' || /^[a-zA-Z0-9_-]{1,64}$/.test(String(name))) return
  const rule = 'must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.'
  throw badRequest(`Function name was ${String(name)} but ${rule}`, 3000)
}

function checkSchema(schema: unknown, { toolSchemas }: Behaviour): void {
  if (toolSchemas === 'any') return
  if (!isDraft7(schema)) throw badRequest('Invalid tool schema', 3000)
  if (toolSchemas === 'draft-7-without-ids' && holdsId(schema)) {
    throw badRequest('Grammar error: failed to compile JSON schema', null)
  }
}

/** Recursion is safe: `isDraft7` refuses deep schemas. */
function holdsId(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsId)
  if (!isObject(value)) return false
  return Object.entries(value).some(([key, inner]) => key === '$id' || key === '$schema' || holdsId(inner))
}

function checkMessage(message: Readonly<Record<string, unknown>>, type: unknown, behaviour: Behaviour): void {
  const { role, content } = message
  const chunks = Array.isArray(content) ? content.filter(isObject) : []
  const isFromAssistant = role === 'assistant' || type === 'message.output'
  const isEmpty = chunks.every(isEmptyText) && (typeof content !== 'string' || content === '')
  if (behaviour.emptyAssistant === 'refuse' && isFromAssistant && isEmpty) {
    throw badRequest('Assistant message must have either content or tool_calls, but not none.', 3240)
  }
  if (behaviour.addresses === 'any') return
  const bad = chunks.flatMap(urlsOf).find((url) => !/^(?:https?:|data:)/.test(String(url)))
  if (bad !== undefined)
    throw badRequest(`Invalid image or document address: ${String(bad).slice(0, 80)}`, 3000)
}

function isEmptyText({ type = 'text', text }: Readonly<Record<string, unknown>>): boolean {
  return type === 'text' && text === ''
}

function urlsOf({ type, image_url: image, document_url }: Readonly<Record<string, unknown>>): unknown[] {
  if (type === 'image_url') return [isObject(image) ? image['url'] : image]
  return type === 'document_url' ? [document_url] : []
}
