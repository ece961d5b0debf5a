import { stringMember } from '../../model/entries/fields.ts'
import { withMember } from '../../model/json/json-text.ts'
import { copyRow } from '../account/conversation.ts'
import { findIdleConversation, readBody, type Body, type RequestContext } from '../account/request-context.ts'
import { missing } from '../responses/error-responses.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { deliverNewConversation, prepareCompletion } from './completion.ts'
import { readInputs, hasNoInputs } from './read-inputs.ts'

/** `POST /v1/conversations/{id}/restart`: copies a conversation up to an entry; the original does not change. */
export function restartConversation(request: RequestContext): SandboxResponse {
  const { ids, validators } = request.sandbox
  const body = readBody(request, validators.restart)
  const original = findIdleConversation(request)
  const shared = entriesUpTo(original.entries, String(body.value['from_entry_id']))
  const inputs = hasNoInputs(body) ? [] : readInputs(body, ids)
  const row = changedRow(copyRow(original, ids), body)
  const parsedRow = JSON.parse(row) as Record<string, unknown>
  const completion = prepareCompletion(request, body, parsedRow, shared, inputs)
  const story = { row, entries: [...shared, ...inputs] }
  return deliverNewConversation(request, body, story, completion)
}

function entriesUpTo(entries: readonly string[], id: string): readonly string[] {
  const index = entries.findIndex((entry) => stringMember(entry, 'id') === id)
  if (index === -1) throw missing('Entry', id)
  return entries.slice(0, index + 1)
}

/** Applies the fields that restart can change. */
function changedRow(row: string, body: Body): string {
  return ['metadata', 'completion_args', 'agent_version', 'guardrails'].reduce((changed, name) => {
    const text = body.text(name)
    return text === undefined ? changed : withMember(changed, name, text)
  }, row)
}
