import { extend, type Conversation } from '../account/conversation.ts'
import { copiedRow } from '../account/copied-row.ts'
import { knownConversation, readBody, type RequestContext } from '../account/request-context.ts'
import { busy } from '../replies/error-responses.ts'
import type { Reply } from '../replies/reply.ts'
import { deliverCompletion, prepareCompletion } from './completion.ts'
import { inputTexts } from './read-inputs.ts'

/** `POST /v1/conversations/{id}`. */
export function appendToConversation(call: RequestContext): Reply {
  const { mint, clock, shapes } = call.world
  const body = readBody(call, shapes.append)
  const known = knownConversation(call)
  if (known.busyUntil > clock().getTime()) throw busy()
  const inputs = inputTexts(body, mint)
  const row = JSON.parse(known.row) as Record<string, unknown>
  const answer = prepareCompletion(call, body, row, known.entries, inputs)
  const conversation = target(call, known, body.value['store'] !== false)
  extend(conversation, inputs, mint.now())
  return deliverCompletion(call, body, conversation, answer, false)
}

/** The conversation that is appended to: the one named, a copy with a new id, or one that is thrown away. */
function target(call: RequestContext, known: Conversation, stored: boolean): Conversation {
  if (!stored) return { ...known, pastRows: [] }
  if (call.world.behaviour.appendId === 'same') return known
  return call.account.add({ row: copiedRow(call, known), entries: known.entries })
}
