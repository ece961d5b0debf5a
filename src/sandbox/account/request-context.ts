import { member } from '../../model/json/json-text.ts'
import { isObject } from '../../model/json/parse-json.ts'
import type { Behaviour } from '../behaviour.ts'
import type { BodyValidators } from '../check/request-bodies.ts'
import type { Validator } from '../check/validators.ts'
import type { Effect } from '../faults/fault.ts'
import type { IdGenerator } from '../id-generator.ts'
import { busy, invalid, invalidAt, missing } from '../responses/error-responses.ts'
import type { Account } from './account.ts'
import type { Conversation } from './conversation.ts'

/** What all requests share. */
export interface SandboxContext {
  readonly behaviour: Behaviour
  readonly ids: IdGenerator
  readonly clock: () => Date
  readonly validators: BodyValidators
}

/** One authenticated request, as the operations see it. */
export interface RequestContext {
  readonly sandbox: SandboxContext
  readonly account: Account
  /** The identifier in the path, or an empty string. */
  readonly id: string
  /** The version in the path, or an empty string. */
  readonly version: string
  readonly query: URLSearchParams
  readonly body: string
  /** The parsed body; undefined if it is not JSON. */
  readonly parsed: unknown
  readonly effects: readonly Effect[]
}

/** A body: parsed, to be checked, and as text, to be stored without a change. */
export interface Body {
  readonly value: Readonly<Record<string, unknown>>
  /** The JSON text of a member; undefined if it is absent or null. */
  text(name: string): string | undefined
}

/** Reads and validates a body. Throws a 422 with all that is wrong. */
export function readBody(request: RequestContext, validator: Validator): Body {
  const value = request.parsed
  if (value === undefined) throw invalidAt(['body', 0], 'JSON decode error', 'json_invalid')
  const issues = validator(value, ['body'])
  if (issues.length > 0 || !isObject(value)) throw invalid(issues)
  return {
    value,
    text: (name) => {
      const found = member(request.body, name)?.value
      return found === 'null' ? undefined : found
    },
  }
}

/** Returns the conversation that the path names. Throws a 404 if the account does not have it. */
export function findConversation({ account, id }: RequestContext): Conversation {
  const conversation = account.find(id)
  if (conversation === undefined) throw missing('Conversation', id)
  return conversation
}

/** Finds a conversation to change. Throws a 409 shortly after a stream. */
export function findIdleConversation(request: RequestContext): Conversation {
  const conversation = findConversation(request)
  if (conversation.busyUntil > request.sandbox.clock().getTime()) throw busy()
  return conversation
}
