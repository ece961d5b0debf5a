import { appendEntries, copyRow, type Conversation } from '../account/conversation.ts'
import { findIdleConversation, readBody, type RequestContext } from '../account/request-context.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { deliverCompletion, prepareCompletion } from './completion.ts'
import { readInputs } from './read-inputs.ts'

/** `POST /v1/conversations/{id}`. */
export function appendToConversation(request: RequestContext): SandboxResponse {
  const { ids, validators } = request.sandbox
  const body = readBody(request, validators.append)
  const original = findIdleConversation(request)
  const inputs = readInputs(body, ids)
  const row = JSON.parse(original.row) as Record<string, unknown>
  const completion = prepareCompletion(request, body, row, original.entries, inputs)
  const conversation = findTarget(request, original, body.value['store'] !== false)
  appendEntries(conversation, inputs, ids.now())
  return deliverCompletion(request, body, conversation, completion, false)
}

/** What is appended to: the conversation itself, a copy with a new id, or with `store: false` a temporary copy. */
function findTarget(request: RequestContext, original: Conversation, stored: boolean): Conversation {
  if (!stored) return { ...original, pastRows: [] }
  if (request.sandbox.behaviour.appendId === 'same') return original
  return request.account.add({ row: copyRow(original, request.sandbox.ids), entries: original.entries })
}
