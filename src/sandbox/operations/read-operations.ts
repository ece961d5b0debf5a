import { withoutMembers } from '../../model/json/json-text.ts'
import { messagesOf } from '../account/conversation.ts'
import { knownConversation, type RequestContext } from '../account/request-context.ts'
import { busy } from '../replies/error-responses.ts'
import { emptyReply, jsonReply, type Reply } from '../replies/reply.ts'

/** `GET /v1/conversations/{id}`. */
export function getConversation(call: RequestContext): Reply {
  const { row } = knownConversation(call)
  return jsonReply(call.world.behaviour.getMetadata === 'absent' ? withoutMembers(row, ['metadata']) : row)
}

/** `GET /v1/conversations/{id}/history`: every entry. */
export function getHistory(call: RequestContext): Reply {
  const { id, entries } = knownConversation(call)
  const before = `{"conversation_id":${JSON.stringify(id)},"entries":[`
  return jsonReply(`${before}${entries.join(',')}],"object":"conversation.history"}`)
}

/** `GET /v1/conversations/{id}/messages`: the messages alone. */
export function getMessages(call: RequestContext): Reply {
  const conversation = knownConversation(call)
  const before = `{"conversation_id":${JSON.stringify(conversation.id)},"messages":[`
  return jsonReply(`${before}${messagesOf(conversation).join(',')}],"object":"conversation.messages"}`)
}

/** `DELETE /v1/conversations/{id}`. */
export function deleteConversation(call: RequestContext): Reply {
  const { id, busyUntil } = knownConversation(call)
  if (busyUntil > call.world.clock().getTime()) throw busy()
  call.account.remove(id)
  return emptyReply
}
