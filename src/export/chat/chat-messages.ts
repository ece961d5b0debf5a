import { entryView, type EntryView } from '../../model/entries/entry-view.ts'
import { stringIn } from '../../model/entries/fields.ts'
import { isObjectText } from '../../model/json/json-text.ts'
import { isJson } from '../../model/json/parse-json.ts'
import type { JsonValue } from '../json-value.ts'
import { assistantContent, textContent, userContent, type ChatContent, type Message } from './chat-content.ts'
import { excluded } from './exclusion-reasons.ts'

type Known<Kind extends EntryView['kind']> = EntryView & { readonly kind: Kind }

/**
 * Yields the messages of a history as JSON, one for each entry; adjacent calls become one message. Ids, times and models
 * are omitted, as the format has no fields for them.
 *
 * @throws ExcludedError
 */
export function* chatMessages(
  entries: Iterable<JsonValue>,
  options: ChatContent,
): Generator<string, void, undefined> {
  let calls: string[] = []
  for (const { text } of entries) {
    const entry = entryView(text)
    if (entry.kind === 'execution' && options.drop.has('executions')) continue
    if (entry.kind === 'call') {
      calls.push(callJson(entry))
      continue
    }
    if (calls.length > 0) yield callsJson(calls)
    calls = []
    yield messageOf(entry, options)
  }
  if (calls.length > 0) yield callsJson(calls)
}

function messageOf(entry: Exclude<EntryView, { readonly kind: 'call' }>, options: ChatContent): string {
  switch (entry.kind) {
    case 'message':
      return messageJson(entry, options)
    case 'result':
      return resultJson(entry, options)
    case 'execution':
      throw excluded('execution', entry.name)
    case 'handoff':
      throw excluded('handoff')
    case 'unknown':
      if (entry.type !== 'hansard.unreadable') throw excluded('entry', entry.type)
      throw excluded('unreadable', stringIn(entry.fields.get('reason')))
  }
}

function messageJson(message: Message, options: ChatContent): string {
  if (message.fields.get('prefix') === 'true') throw excluded('prefix')
  if (message.role === 'user') return `{"role":"user","content":${userContent(message, options)}}`
  if (message.role === 'assistant')
    return `{"role":"assistant","content":${assistantContent(message, options)}}`
  throw excluded('role', message.role)
}

function resultJson({ result, callId }: Known<'result'>, options: ChatContent): string {
  if (result?.startsWith('"') !== true) throw excluded('result')
  const id = JSON.stringify(callId ?? null)
  return `{"role":"tool","content":${textContent(result, options)},"tool_call_id":${id}}`
}

function callsJson(calls: readonly string[]): string {
  return `{"role":"assistant","tool_calls":[${calls.join(',')}]}`
}

function callJson({ callId, name, confirmation = 'allowed', arguments: given }: Known<'call'>): string {
  if (confirmation !== 'allowed') throw excluded('refused', confirmation)
  const call = { name, arguments: argumentsText(given ?? '') }
  return JSON.stringify({ id: callId, type: 'function', function: call })
}

/** Returns arguments as the text of a JSON object. An object is taken as the API sent it, so that no digit is lost. */
function argumentsText(json: string): string {
  const text = stringIn(json) ?? json
  if (isJson(text) && isObjectText(text)) return text
  throw excluded('arguments')
}
