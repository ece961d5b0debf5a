import { appendEntries, type Conversation } from '../account/conversation.ts'
import { copyRow } from '../account/copied-row.ts'
import { findConversation, readBody, type RequestContext } from '../account/request-context.ts'
import { busy } from '../responses/error-responses.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { deliverCompletion, prepareCompletion } from './completion.ts'
import { readInputs } from './read-inputs.ts'

/** `POST /v1/conversations/{id}`. */
export function appendToConversation(request: RequestContext): SandboxResponse {
  const { ids, clock, validators } = request.sandbox
  const body = readBody(request, validators.append)
  const known = findConversation(request)
  if (known.busyUntil > clock().getTime()) throw busy()
  const inputs = readInputs(body, ids)
  const row = JSON.parse(known.row) as Record<string, unknown>
  const answer = prepareCompletion(request, body, row, known.entries, inputs)
  const conversation = target(request, known, body.value['store'] !== false)
  appendEntries(conversation, inputs, ids.now())
  return deliverCompletion(request, body, conversation, answer, false)
}

/** What is appended to: the conversation itself, a copy with a new id, or with `store: false` a temporary copy. */
function target(request: RequestContext, known: Conversation, stored: boolean): Conversation {
  if (!stored) return { ...known, pastRows: [] }
  if (request.sandbox.behaviour.appendId === 'same') return known
  return request.account.add({ row: copyRow(request, known), entries: known.entries })
}
