export { HansardError, isHansardError, type ErrorCode, type ErrorFacts } from './errors.ts'
export { lookups, operations, type LookupName, type Operation, type OperationName } from './api/operations.ts'
export {
  ConversationsClient,
  type Body,
  type BodyHold,
  type BytesReply,
  type CallArguments,
  type CallOptions,
  type CallReply,
  type ClientOptions,
  type JsonReply,
  type ListQuery,
  type Page,
  type PlainName,
  type StreamEvent,
  type StreamName,
} from './api/client.ts'
export type { ClientEvent } from './api/events.ts'
