import { stringMember } from '../../model/entries/fields.ts'
import { withMember } from '../../model/json/json-text.ts'
import { conversationOf } from '../account/conversation.ts'
import { copiedRow } from '../account/copied-row.ts'
import { knownConversation, readBody, type Body, type RequestContext } from '../account/request-context.ts'
import { busy, missing } from '../replies/error-responses.ts'
import type { Reply } from '../replies/reply.ts'
import { deliverCompletion, prepareCompletion } from './completion.ts'
import { inputTexts, saysNothing } from './read-inputs.ts'

/** `POST /v1/conversations/{id}/restart`: a new conversation up to and with an entry; the original stays. */
export function restartConversation(call: RequestContext): Reply {
  const { mint, clock, shapes, behaviour } = call.world
  const body = readBody(call, shapes.restart)
  const original = knownConversation(call)
  if (original.busyUntil > clock().getTime()) throw busy()
  const shared = entriesUpTo(original.entries, String(body.value['from_entry_id']))
  const inputs = saysNothing(body) ? [] : inputTexts(body, mint)
  const row = changedRow(copiedRow(call, original), body)
  const answer = prepareCompletion(call, body, JSON.parse(row) as Record<string, unknown>, shared, inputs)
  const story = { row, entries: [...shared, ...inputs] }
  const stored = body.value['store'] !== false
  const conversation = stored ? call.account.add(story) : conversationOf(story, clock().getTime())
  return deliverCompletion(call, body, conversation, answer, behaviour.updatedAtStart === 'microsecond')
}

function entriesUpTo(entries: readonly string[], id: string): readonly string[] {
  const index = entries.findIndex((entry) => stringMember(entry, 'id') === id)
  if (index === -1) throw missing('Entry', id)
  return entries.slice(0, index + 1)
}

/** What restart may change, token for token as it was sent. */
function changedRow(row: string, body: Body): string {
  return ['metadata', 'completion_args', 'agent_version', 'guardrails'].reduce((changed, name) => {
    const text = body.text(name)
    return text === undefined ? changed : withMember(changed, name, text)
  }, row)
}
