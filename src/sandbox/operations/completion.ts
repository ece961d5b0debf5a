import { isObject } from '../../model/json/parse-json.ts'
import { extend, type Conversation } from '../account/conversation.ts'
import { findModel } from '../account/models.ts'
import type { Body, RequestContext } from '../account/request-context.ts'
import { answersNow, checkCalls } from '../check/call-sequence.ts'
import { parseEntry, type ParsedEntry } from '../check/parsed-entry.ts'
import { checkInputs, checkTools } from '../check/strict-checks.ts'
import { badRequest } from '../replies/error-responses.ts'
import { jsonReply, streamReply, type Reply } from '../replies/reply.ts'
import type { Draft, Speaker } from '../responder/draft.ts'
import { historyText, makeOutputs, type Output } from '../responder/outputs.ts'
import { respond } from '../responder/responder.ts'
import { responderSettings } from '../responder/speakers.ts'
import { eventsOf } from '../responder/stream-events.ts'
import { promptTokens, usageOf, type Usage } from '../responder/usage.ts'
import { saysNothing } from './read-inputs.ts'

/** An answer that is ready to be stored and sent. */
export interface Completion {
  readonly outputs: readonly Output[]
  readonly usage: Usage
}

/** Checks what is about to be said after what was said, and makes the answer to it; nothing is stored yet. */
export function prepareCompletion(
  call: RequestContext,
  body: Body,
  row: Readonly<Record<string, unknown>>,
  stored: readonly string[],
  added: readonly string[],
): Completion {
  const before = stored.map(parseEntry)
  const after = added.map(parseEntry)
  const entries = [...before, ...after]
  const { speaker, completionArgs } = responderSettings(row, call.account, entries)
  checkInputs(body.value['inputs'], call.world.behaviour)
  checkTools(body.value['tools'], call.world.behaviour)
  checkCalls(before, after, call.world.behaviour)
  const speaks = saysNothing(body) || answersNow(entries.at(-1), call.world.behaviour.trailingAssistant)
  checkThinking(call, speaker, after)
  const tokens = promptTokens(entries)
  checkContext(speaker, tokens)
  const args = isObject(body.value['completion_args']) ? body.value['completion_args'] : completionArgs
  const situation = {
    speaker,
    entries,
    toolChoice: String(args['tool_choice'] ?? 'auto'),
    maxTokens: typeof args['max_tokens'] === 'number' ? args['max_tokens'] : Infinity,
    handoffExecution: body.value['handoff_execution'] === 'client' ? 'client' : 'server',
  } as const
  const drafts: Draft[] = speaks ? respond(situation) : []
  return { outputs: makeOutputs(drafts, call.world, call.account), usage: usageOf(tokens, drafts) }
}

/** Stores the answer with its conversation and sends it; a stream stores it when it has ended. */
export function deliverCompletion(
  { world }: RequestContext,
  body: Body,
  conversation: Conversation,
  { outputs, usage }: Completion,
  keepUpdatedAt: boolean,
): Reply {
  const store = (): void => {
    const { row } = conversation
    extend(conversation, outputs.map(historyText), world.mint.now())
    if (keepUpdatedAt) conversation.row = row
  }
  if (body.value['stream'] === true) {
    conversation.busyUntil = Infinity
    return streamReply(eventsOf(conversation.id, outputs, usage), () => {
      store()
      conversation.busyUntil = world.clock().getTime() + world.behaviour.busySeconds * 1000
    })
  }
  store()
  const response = { conversation_id: conversation.id, outputs, usage, object: 'conversation.response' }
  return jsonReply(JSON.stringify(response))
}

function checkThinking({ world }: RequestContext, { reasons }: Speaker, added: readonly ParsedEntry[]): void {
  if (reasons || world.behaviour.thinkingInputs === 'accept' || !added.some(({ thinks }) => thinks)) return
  throw badRequest('Reasoning input is not enabled for this model', 'invalid_request_error', null)
}

function checkContext({ model }: Speaker, tokens: number): void {
  const context = findModel(model)?.context ?? Infinity
  if (tokens <= context) return
  const message = `Prompt contains ${tokens} tokens, too large for model with ${context} maximum context length`
  throw badRequest(message, 'invalid_request_error', 3051)
}
