import { member } from '../../model/json/json-text.ts'
import { isObject } from '../../model/json/parse-json.ts'
import type { Behaviour } from '../behaviour.ts'
import type { BodyShapes } from '../check/request-bodies.ts'
import type { Shape } from '../check/shape.ts'
import type { Effect } from '../faults/fault-book.ts'
import type { IdGenerator } from '../id-generator.ts'
import { invalid, invalidAt, missing } from '../replies/error-responses.ts'
import type { Account } from './account.ts'
import type { Conversation } from './conversation.ts'

/** What all requests share. */
export interface SandboxContext {
  readonly behaviour: Behaviour
  readonly mint: IdGenerator
  readonly clock: () => Date
  readonly shapes: BodyShapes
}

/** One request of an account, as the operations see it. */
export interface RequestContext {
  readonly world: SandboxContext
  readonly account: Account
  /** The identifier in the path; empty where there is none. */
  readonly id: string
  /** The version in the path; empty where there is none. */
  readonly version: string
  readonly query: URLSearchParams
  readonly body: string
  /** The body as a value; undefined where it is not JSON. */
  readonly parsed: unknown
  readonly effects: readonly Effect[]
}

/** A body, parsed to be looked at and as text to be kept. */
export interface Body {
  readonly value: Readonly<Record<string, unknown>>
  /** The text of a member; undefined where it is absent or null. */
  text(name: string): string | undefined
}

/** Reads a body and refuses what its shape has not. */
export function readBody(call: RequestContext, shape: Shape): Body {
  const value = call.parsed
  if (value === undefined) throw invalidAt(['body', 0], 'JSON decode error', 'json_invalid')
  const complaints = shape(value, ['body'])
  if (complaints.length > 0 || !isObject(value)) throw invalid(complaints)
  return {
    value,
    text: (name) => {
      const found = member(call.body, name)?.value
      return found === 'null' ? undefined : found
    },
  }
}

/** The conversation that the path names, if the account has it. */
export function knownConversation({ account, id }: RequestContext): Conversation {
  const conversation = account.find(id)
  if (conversation === undefined) throw missing('Conversation', id)
  return conversation
}
