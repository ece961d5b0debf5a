import { explainInvalidSchema } from '../../model/json/json-schema.ts'
import { isObject, parseJson } from '../../model/json/parse-json.ts'
import { excluded } from './exclusion-reasons.ts'

/*
 * The rules that readers of `messages` apply to a line, checked on the text that is about to be written:
 *
 * - mistral-common's validators and github.com/mistralai/mistral-finetune: the order of roles, with the assistant last;
 *   one result for each call and no others; ids of calls; names of functions; schemas of Draft 7. Calls at the very end
 *   need no results, because the calls are the reply.
 * - TRL and Hugging Face datasets: one type for each field. Content is text, or parts throughout a file.
 *
 * All of them allow two user or assistant messages in a row. Only mistral-finetune knows `weight`, so it is not written.
 */

const CALL_ID = /^[a-zA-Z0-9]{9}$/
const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/
const LONE_SURROGATE = /\p{Surrogate}/u

type Value = Readonly<Record<string, unknown>>

/** Validates one line, message by message. */
export class ChatLineValidator {
  readonly #called = new Set<unknown>()
  readonly #unanswered = new Set<unknown>()
  #hasUser = false
  #previous: unknown

  /** @throws ExcludedError */
  add(message: string): void {
    const value = JSON.parse(message) as Value
    if (value['role'] === 'tool') this.#addResult(value)
    else this.#addTurn(value)
    this.#previous = value['role']
  }

  /** @throws ExcludedError */
  end(tools: readonly string[]): void {
    check(this.#hasUser, 'it has no user message')
    check(this.#previous === 'assistant', 'it does not end with the assistant')
    const names = tools.map((tool) => nameOf(JSON.parse(tool)))
    check(new Set(names).size === names.length, 'two functions have the same name')
    for (const name of this.#called)
      check(names.includes(name), `${String(name)} is not defined in the archive`)
  }

  #addTurn(value: Value): void {
    check(this.#unanswered.size === 0, 'a call has no result')
    const { role } = value
    if (role === 'user') this.#addQuestion(value)
    else if (role === 'assistant') this.#addAnswer(value)
    else {
      const isFirst = role === 'system' && this.#previous === undefined
      check(isFirst, 'only the first message can be a system message')
      check(hasTextOnly(value), 'the instructions are not text')
    }
  }

  #addQuestion(value: Value): void {
    check(this.#previous !== 'tool', 'a user message follows the result of a call')
    check(
      hasOnly(value, ['role', 'content']) && isUserContent(value['content']),
      'a user message has invalid content',
    )
    this.#hasUser = true
  }

  #addAnswer(value: Value): void {
    const calls = value['tool_calls']
    if (calls === undefined) return check(hasTextOnly(value), 'an assistant message has no content')
    check(
      hasOnly(value, ['role', 'tool_calls']) && Array.isArray(calls) && calls.length > 0,
      'malformed tool call',
    )
    for (const call of calls as unknown[]) this.#addCall(call)
  }

  #addCall(call: unknown): void {
    const { id, type, function: called } = isObject(call) ? call : {}
    check(
      hasOnly(call, ['id', 'type', 'function']) &&
        type === 'function' &&
        hasOnly(called, ['name', 'arguments']),
      'malformed tool call',
    )
    check(matches(id, CALL_ID), 'the id of a call is not nine letters and digits')
    check(!this.#unanswered.has(id), 'two calls have the same id')
    check(
      matches(called['name'], FUNCTION_NAME),
      'the name of a function has characters other than a-z, A-Z, 0-9, _ and -, or more than 64',
    )
    check(
      isText(called['arguments'], 1) && isObject(parseJson(called['arguments'])),
      'the arguments of a call are not a JSON object',
    )
    this.#unanswered.add(id)
    this.#called.add(called['name'])
  }

  #addResult(value: Value): void {
    check(
      hasOnly(value, ['role', 'content', 'tool_call_id']) && isTextContent(value['content'], 0),
      'a result is not text',
    )
    check(this.#unanswered.delete(value['tool_call_id']), 'a result has no call before it')
  }
}

function nameOf(tool: unknown): unknown {
  check(hasOnly(tool, ['type', 'function']) && tool['type'] === 'function', 'malformed tool definition')
  const definition = tool['function']
  check(
    hasOnly(definition, ['name', 'description', 'parameters']) &&
      matches(definition['name'], FUNCTION_NAME) &&
      isText(definition['description'], 0) &&
      isObject(definition['parameters']),
    'invalid function definition',
  )
  const fault = explainInvalidSchema(definition['parameters'])
  check(
    fault === undefined,
    `the parameters of ${String(definition['name'])} are not a JSON schema of Draft 7: ${fault ?? ''}`,
  )
  return definition['name']
}

function hasTextOnly(value: Value): boolean {
  return hasOnly(value, ['role', 'content']) && isTextContent(value['content'], 1)
}

/** Returns whether content is one text, as a string or as the only part. */
function isTextContent(content: unknown, least: number): boolean {
  if (!Array.isArray(content)) return isText(content, least)
  const [part] = content as unknown[]
  return content.length === 1 && isPart(part) && isObject(part) && isText(part['text'], least)
}

function isUserContent(content: unknown): boolean {
  if (typeof content === 'string') return isText(content, 0)
  return Array.isArray(content) && content.length > 0 && content.every(isPart)
}

function isPart(part: unknown): boolean {
  if (!isObject(part)) return false
  if (part['type'] === 'text') return hasOnly(part, ['type', 'text']) && isText(part['text'], 0)
  return part['type'] === 'image_url' && hasOnly(part, ['type', 'image_url']) && isImage(part['image_url'])
}

function isImage(image: unknown): boolean {
  return hasOnly(image, ['url', 'detail']) && isText(image['url'], 1) && isText(image['detail'] ?? '', 0)
}

/** JSON allows a lone surrogate, but tokenizers refuse it. */
function isText(value: unknown, least: number): value is string {
  return typeof value === 'string' && value.length >= least && !LONE_SURROGATE.test(value)
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}

/** Returns whether a value is an object without other members. */
function hasOnly(value: unknown, keys: readonly string[]): value is Value {
  return isObject(value) && Object.keys(value).every((key) => keys.includes(key))
}

function check(isSo: boolean, rule: string): asserts isSo {
  if (!isSo) throw excluded('invalid', rule)
}
