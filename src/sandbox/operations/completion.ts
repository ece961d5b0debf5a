import { isObject } from '../../model/json/parse-json.ts'
import { appendEntries, createConversation, type Conversation } from '../account/conversation.ts'
import { findModel } from '../account/models.ts'
import type { Body, RequestContext } from '../account/request-context.ts'
import type { StoryConversation } from '../account/story.ts'
import { needsResponse, checkCalls } from '../check/call-sequence.ts'
import { parseEntry, type ParsedEntry } from '../check/parsed-entry.ts'
import { checkInputs, checkTools } from '../check/strict-checks.ts'
import type { Draft, Responder } from '../responder/draft.ts'
import { findResponder } from '../responder/find-responder.ts'
import { historyText, makeOutput, type Output } from '../responder/outputs.ts'
import { respond } from '../responder/responder.ts'
import { eventsOf } from '../responder/stream-events.ts'
import { promptTokens, usageOf, type Usage } from '../responder/usage.ts'
import { badRequest } from '../responses/error-responses.ts'
import { jsonResponse, streamResponse, type SandboxResponse } from '../responses/sandbox-response.ts'
import { hasNoInputs } from './read-inputs.ts'

/** A response that is ready to be stored and sent. */
export interface Completion {
  readonly outputs: readonly Output[]
  readonly usage: Usage
}

/** Checks the new entries against the stored ones and generates the response. Stores nothing yet. */
export function prepareCompletion(
  request: RequestContext,
  body: Body,
  row: Readonly<Record<string, unknown>>,
  stored: readonly string[],
  added: readonly string[],
): Completion {
  const before = stored.map(parseEntry)
  const after = added.map(parseEntry)
  const entries = [...before, ...after]
  const { responder, completionArgs } = findResponder(row, request.account, entries)
  checkInputs(body.value['inputs'], request.sandbox.behaviour)
  checkTools(body.value['tools'], request.sandbox.behaviour)
  checkCalls(before, after, request.sandbox.behaviour)
  const responds =
    hasNoInputs(body) || needsResponse(entries.at(-1), request.sandbox.behaviour.trailingAssistant)
  checkThinking(request, responder, after)
  const tokens = promptTokens(entries)
  checkContext(responder, tokens)
  const args = isObject(body.value['completion_args']) ? body.value['completion_args'] : completionArgs
  const input = {
    responder,
    entries,
    toolChoice: String(args['tool_choice'] ?? 'auto'),
    maxTokens: typeof args['max_tokens'] === 'number' ? args['max_tokens'] : Infinity,
    handoffExecution: body.value['handoff_execution'] === 'client' ? 'client' : 'server',
  } as const
  const drafts: Draft[] = responds ? respond(input) : []
  const outputs = drafts.map((draft) => makeOutput(draft, request.sandbox, request.account))
  return { outputs, usage: usageOf(tokens, drafts) }
}

/** Creates the conversation of a start or restart (only in memory with `store: false`) and returns the response. */
export function deliverNewConversation(
  request: RequestContext,
  body: Body,
  story: StoryConversation,
  completion: Completion,
): SandboxResponse {
  const { clock, behaviour } = request.sandbox
  const isStored = body.value['store'] !== false
  const conversation = isStored ? request.account.add(story) : createConversation(story, clock().getTime())
  const keepUpdatedAt = behaviour.updatedAtStart === 'microsecond'
  return deliverCompletion(request, body, conversation, completion, keepUpdatedAt)
}

/** Stores the outputs in the conversation and returns the response. A stream stores them at its end. */
export function deliverCompletion(
  { sandbox }: RequestContext,
  body: Body,
  conversation: Conversation,
  { outputs, usage }: Completion,
  keepUpdatedAt: boolean,
): SandboxResponse {
  const store = (): void => {
    const { row } = conversation
    appendEntries(conversation, outputs.map(historyText), sandbox.ids.now())
    if (keepUpdatedAt) conversation.row = row
  }
  if (body.value['stream'] === true) {
    conversation.busyUntil = Infinity
    return streamResponse(eventsOf(conversation.id, outputs, usage), () => {
      store()
      conversation.busyUntil = sandbox.clock().getTime() + sandbox.behaviour.busySeconds * 1000
    })
  }
  store()
  const response = { conversation_id: conversation.id, outputs, usage, object: 'conversation.response' }
  return jsonResponse(JSON.stringify(response))
}

function checkThinking(
  { sandbox }: RequestContext,
  { reasons }: Responder,
  added: readonly ParsedEntry[],
): void {
  if (reasons || sandbox.behaviour.thinkingInputs === 'accept' || !added.some(({ thinks }) => thinks)) return
  throw badRequest('Reasoning input is not enabled for this model', null)
}

function checkContext({ model }: Responder, tokens: number): void {
  const context = findModel(model)?.context ?? Infinity
  if (tokens <= context) return
  const message = `Prompt contains ${tokens} tokens, too large for model with ${context} maximum context length`
  throw badRequest(message, 3051)
}
