import { isObjectText, member } from '../../model/json-text.ts'
import type { Json } from '../json.ts'
import { assistantContent, textContent, userContent, type ChatContent } from './content.ts'
import { Inexpressible } from './reasons.ts'

/**
 * The messages of a history, as JSON, one an entry; calls that nothing stands between are one message. Ids, times and
 * models have no place in them.
 *
 * @throws Inexpressible
 */
export function* messagesOf(
  entries: Iterable<Json>,
  options: ChatContent,
): Generator<string, void, undefined> {
  let calls: string[] = []
  for (const entry of entries) {
    const { type } = entry.value
    if (type === 'tool.execution' && options.drop.has('executions')) continue
    if (type === 'function.call') {
      calls.push(callOf(entry))
      continue
    }
    if (calls.length > 0) yield messageOfCalls(calls)
    calls = []
    yield messageOf(entry, options)
  }
  if (calls.length > 0) yield messageOfCalls(calls)
}

function messageOf(entry: Json, options: ChatContent): string {
  const { type, role, prefix, name, reason } = entry.value
  switch (type) {
    case 'message.input':
      if (prefix === true) throw new Inexpressible('prefix')
      return said(role, entry, options)
    case 'message.output':
      return said(role ?? 'assistant', entry, options)
    case 'function.result':
      return resultOf(entry, options)
    case 'tool.execution':
      throw new Inexpressible('execution', name)
    case 'agent.handoff':
      throw new Inexpressible('handoff')
    case 'hansard.unreadable':
      throw new Inexpressible('unreadable', reason)
    default:
      throw new Inexpressible('entry', type)
  }
}

function said(role: unknown, entry: Json, options: ChatContent): string {
  if (role === 'user') return `{"role":"user","content":${userContent(entry, options)}}`
  if (role === 'assistant') return `{"role":"assistant","content":${assistantContent(entry, options)}}`
  throw new Inexpressible('role', role)
}

function resultOf({ text, value: { result, tool_call_id } }: Json, options: ChatContent): string {
  if (typeof result !== 'string') throw new Inexpressible('result')
  const content = textContent(member(text, 'result')?.value ?? '""', options)
  return `{"role":"tool","content":${content},"tool_call_id":${JSON.stringify(tool_call_id ?? null)}}`
}

function messageOfCalls(calls: readonly string[]): string {
  return `{"role":"assistant","tool_calls":[${calls.join(',')}]}`
}

/** Whether a call ran; one that the API says nothing of did. */
const RAN: ReadonlySet<unknown> = new Set([undefined, null, 'allowed'])

function callOf({ text, value: { tool_call_id, name, ...value } }: Json): string {
  if (!RAN.has(value['confirmation_status'])) throw new Inexpressible('refused', value['confirmation_status'])
  const call = { name, arguments: argumentsOf(value['arguments'], text) }
  return JSON.stringify({ id: tool_call_id, type: 'function', function: call })
}

/** The format wants the JSON as a string. Where the API sent an object, its text is taken, numbers of any length and all. */
function argumentsOf(value: unknown, entry: string): string {
  const text = typeof value === 'string' ? value : (member(entry, 'arguments')?.value ?? '')
  if (isJson(text) && isObjectText(text)) return text
  throw new Inexpressible('arguments')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
