/*
 * The library: `import { ConversationsClient, openArchive, backup } from 'hansard'`. Every failure throws a HansardError
 * that says what happened (`code`, `message`), why (`cause`) and what to do (`hint`). test/samples has a program for each
 * function. This is the only barrel; files inside src import each other directly.
 */

export { HansardError, isHansardError, type ErrorCode, type ErrorFacts } from './errors.ts'

// The client of the API, and the types of what it returns.
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
export type { ClientEvent } from './api/client-events.ts'
export type { Clock } from './api/clock.ts'
export type { RetryPolicy } from './api/retry-state.ts'
export type { Timeouts } from './api/undici-transport.ts'
export type { Traffic } from './api/with-traffic.ts'
export {
  lookups,
  operations,
  type LookupName,
  type Operation,
  type OperationName,
  type Repeat,
} from './api/operations.ts'
export type * from './api/types/chunk-types.ts'
export type * from './api/types/conversation-types.ts'
export type * from './api/types/entry-types.ts'
export type * from './api/types/event-types.ts'
export type * from './api/types/lookup-types.ts'
export type * from './api/types/open-types.ts'
export type * from './api/types/response-bodies.ts'

// The archive: a SQLite file of conversations.
export { openArchive, type Archive, type OpenOptions } from './archive/archive.ts'
export type {
  KnownConversation,
  ListedConversation,
  StoredConversation,
} from './archive/content/conversations.ts'
export type { DependencyCounts } from './archive/content/dependencies.ts'
export type { Search, SearchHit } from './archive/content/search.ts'
export type { SearchIndex, SearchState } from './archive/content/search-index.ts'
export type { Selection } from './archive/content/selection.ts'
export {
  verifyArchive,
  type CheckResult,
  type Finding,
  type Verification,
} from './archive/integrity/verify-archive.ts'
export type { OpenFailure } from './archive/journal/failures.ts'
export type { Books, RunOutcome as Outcome, StoredRun } from './archive/journal/runs.ts'
export { lockArchive, type ArchiveLock } from './archive/sqlite/archive-lock.ts'
export type { Snippet } from './model/search/snippet.ts'
export type { StepProgress } from './model/step-progress.ts'

// From an account into an archive.
export { backup } from './backup/backup.ts'
export type { BackupOptions, BackupProgress, BackupResult, BackupStep } from './backup/backup-options.ts'

// From an archive into files.
export {
  exportArchive,
  type ExportCounts,
  type ExportOptions,
  type ExportProgress,
  type ExportResult,
} from './export/export-archive.ts'
export type { FormatName, FormatOptions } from './export/formats.ts'
export { lineOfConversation } from './export/jsonl-format.ts'

// An archive in a browser.
export { startReader, type Reader, type ReaderOptions } from './reader/start-reader.ts'

// From an archive into another account.
export { planReplay, readPlan, type CheckOptions, type PlanReplayOptions } from './replay/plan/plan-replay.ts'
export type { PlanEnd, PlanHead, PlannedConversation, ReplayOptions, ReplayPlan } from './replay/plan/plan.ts'
export {
  runReplay,
  type ReplayProgress,
  type ReplayResult,
  type ReplayRunOptions,
  type ReplayTotals,
} from './replay/run/replay.ts'
export type { ReplayStep } from './replay/run/tally.ts'
export { undoReplay, type UndoOptions, type Undone } from './replay/run/undo.ts'
export type { Certificate } from './replay/verify/certificate.ts'
export {
  verifyCopies,
  type Verified,
  type VerifiedCounts,
  type VerifyOptions,
} from './replay/verify-copies.ts'

// The API, local.
export type { NewConversation, SandboxAccount } from './sandbox/account/account.ts'
export type { Behaviour } from './sandbox/behaviour.ts'
export type { Effect, Fault } from './sandbox/faults/fault.ts'
export { startSandbox, type Sandbox, type SandboxOptions } from './sandbox/http/server.ts'
