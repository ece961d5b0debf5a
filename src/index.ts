/*
 * The library: `import { ConversationsClient, openArchive, backup } from 'hansard'`. Whatever fails throws a HansardError
 * that says what happened (`code`, `message`), why (`cause`) and what to do now (`hint`). The only barrel of the house.
 */

export { HansardError, isHansardError, type ErrorCode, type ErrorFacts } from './errors.ts'
export {
  lookups,
  operations,
  type LookupName,
  type Operation,
  type OperationName,
  type Repeat,
} from './api/operations.ts'
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
export type { Traffic } from './api/record.ts'
export type { Patience } from './api/retry.ts'
export type { Timeouts } from './api/undici-transport.ts'
export { openArchive, type Archive, type OpenOptions } from './archive/archive.ts'
export type { KnownConversation, ListedConversation, StoredConversation } from './archive/conversations.ts'
export type { Search, SearchHit } from './archive/search.ts'
export type { SearchIndex, SearchState } from './archive/search-index.ts'
export type { Snippet } from './model/snippet.ts'
export type { Selection } from './archive/selection.ts'
export type { OpenFailure } from './archive/failures.ts'
export { lockArchive, type ArchiveLock } from './archive/lock.ts'
export type { DependencyCounts } from './archive/dependencies.ts'
export type { Books, Outcome, StoredRun } from './archive/runs.ts'
export { backup } from './backup/backup.ts'
export type { BackupOptions, BackupResult } from './backup/options.ts'
export { lineOfConversation } from './export/jsonl.ts'
