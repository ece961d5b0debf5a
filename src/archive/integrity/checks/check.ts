import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { CheckName } from '../check-hints.ts'

/** Where a problem is, as far as known. */
export interface FindingPlace {
  readonly table?: string
  readonly row?: number | string
  readonly conversationId?: string | undefined
}

/** A problem that a check found. */
export interface Problem {
  readonly what: string
  readonly where: FindingPlace
  /** No content is lost. */
  readonly isWarning?: boolean
  /** It may be the only trace of content that was lost elsewhere, so it must not be repaired before that content is sound. */
  readonly isEvidence?: boolean
  /** What to do, if it differs from the check's general hint. */
  readonly hint?: string | undefined
  /** Repairs it from data that is proven to be right; absent if there is no such data. */
  readonly repair?: (db: Sqlite) => void
}

/** An archive to check. */
export interface Subject {
  readonly db: Sqlite
  readonly path: string
  /** It was just repaired, so texts that wait for the next backup to be indexed count as missing. */
  readonly isRepaired?: boolean
}

/** A property that a sound archive has. */
export interface Check {
  readonly name: CheckName
  /** The property, as a sentence. */
  readonly about: string
  find(subject: Subject): Iterable<Problem>
}
