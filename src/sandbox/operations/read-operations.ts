import { withoutMembers } from '../../model/json/json-text.ts'
import { readMessages } from '../account/conversation.ts'
import { findConversation, findIdleConversation, type RequestContext } from '../account/request-context.ts'
import { emptyResponse, jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'

/** `GET /v1/conversations/{id}`. */
export function getConversation(request: RequestContext): SandboxResponse {
  const { row } = findConversation(request)
  return jsonResponse(
    request.sandbox.behaviour.getMetadata === 'absent' ? withoutMembers(row, ['metadata']) : row,
  )
}

/** `GET /v1/conversations/{id}/history`: every entry. */
export function getHistory(request: RequestContext): SandboxResponse {
  const { id, entries } = findConversation(request)
  const before = `{"conversation_id":${JSON.stringify(id)},"entries":[`
  return jsonResponse(`${before}${entries.join(',')}],"object":"conversation.history"}`)
}

/** `GET /v1/conversations/{id}/messages`: only the messages. */
export function getMessages(request: RequestContext): SandboxResponse {
  const conversation = findConversation(request)
  const before = `{"conversation_id":${JSON.stringify(conversation.id)},"messages":[`
  return jsonResponse(`${before}${readMessages(conversation).join(',')}],"object":"conversation.messages"}`)
}

/** `DELETE /v1/conversations/{id}`. */
export function deleteConversation(request: RequestContext): SandboxResponse {
  request.account.remove(findIdleConversation(request).id)
  return emptyResponse
}
