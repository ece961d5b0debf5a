import type { Behaviour } from '../behaviour.ts'
import { badRequest } from '../responses/error-responses.ts'
import type { ParsedEntry } from './parsed-entry.ts'

/** Rejects calls and results that do not match. */
export function checkCalls(
  stored: readonly ParsedEntry[],
  added: readonly ParsedEntry[],
  { callOrder, userAfterResult }: Pick<Behaviour, 'callOrder' | 'userAfterResult'>,
): void {
  const open = new Set<unknown>()
  for (const entry of stored) track(open, entry)
  const unanswered = open.size > 0
  for (const entry of added) {
    if (entry.type === 'function.result' && !open.has(entry.toolCallId)) throw unmatched()
    if (open.size > 0 && !isPartOfCalling(entry)) throw unanswered ? resultsMissing(open) : unmatched()
    track(open, entry)
  }
  if (open.size > 0) throw unanswered && added.length === 0 ? resultsMissing(open) : unmatched()
  if (callOrder === 'exact') checkCallGroups([...stored, ...added])
  if (userAfterResult === 'refuse') checkUserAfterResult(stored.at(-1), added)
}

/** Tells whether the model responds after this entry. Rejects a conversation that ends with the assistant. */
export function needsResponse(
  last: ParsedEntry | undefined,
  setting: Behaviour['trailingAssistant'],
): boolean {
  if (last === undefined || !isFromAssistant(last)) return true
  if (setting === 'refuse') {
    throw wrongOrder(
      'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
      '3230',
    )
  }
  return setting === 'answer'
}

/** Parallel calls must be followed by exactly their results, before anything else. */
function checkCallGroups(entries: readonly ParsedEntry[]): void {
  let calls: unknown[] = []
  let results: unknown[] = []
  const close = (): void => {
    const isComplete = calls.length === results.length && new Set(results).size === results.length
    if (!isComplete || calls.some((id) => !results.includes(id))) throw unmatched()
    calls = []
    results = []
  }
  for (const { type, toolCallId } of entries) {
    if (type === 'function.call') {
      if (results.length > 0) close()
      calls.push(toolCallId)
    } else if (type === 'function.result') results.push(toolCallId)
    else if (type !== 'agent.handoff') close()
  }
  close()
}

function checkUserAfterResult(last: ParsedEntry | undefined, added: readonly ParsedEntry[]): void {
  const isFromUser = ({ type, role }: ParsedEntry): boolean =>
    type === 'message.input' && role !== 'assistant'
  const refused = added.some(
    (entry, i) => isFromUser(entry) && (i === 0 ? last : added[i - 1])?.type === 'function.result',
  )
  if (refused) throw wrongOrder("Unexpected role 'user' after role 'tool'")
}

function track(open: Set<unknown>, entry: ParsedEntry): void {
  if (entry.type === 'function.call') open.add(entry.toolCallId)
  if (entry.type === 'function.result') open.delete(entry.toolCallId)
}

function isPartOfCalling({ type }: ParsedEntry): boolean {
  return type === 'function.call' || type === 'function.result'
}

function isFromAssistant({ type, role, prefix }: ParsedEntry): boolean {
  if (type === 'message.input') return role === 'assistant' && !prefix
  return type !== 'function.result'
}

function unmatched() {
  return wrongOrder('Not the same number of function calls and responses')
}

function wrongOrder(message: string, code: number | string = 3230) {
  return badRequest(message, code, 'invalid_request_message_order')
}

function resultsMissing(open: ReadonlySet<unknown>) {
  return badRequest({ detail: 'Function results are missing', tool_call_ids: [...open] }, 3001)
}
