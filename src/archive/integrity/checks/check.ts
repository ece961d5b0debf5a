import type { Sqlite } from '../../sqlite/sqlite.ts'

/** The checks, by the names that scripts may rely on. */
export type CheckName =
  | 'file'
  | 'size'
  | 'format'
  | 'pages'
  | 'schema'
  | 'references'
  | 'entries'
  | 'links'
  | 'revisions'
  | 'conversations'
  | 'columns'
  | 'secrets'
  | 'messages'
  | 'files'
  | 'search'
  | 'books'
  | 'permissions'

/** Where a problem sits, as far as is known. */
export interface FindingPlace {
  readonly table?: string
  readonly row?: number | string
  readonly conversation?: string | undefined
}

/** Something that is not as it should be. */
export interface Problem {
  readonly what: string
  readonly where: FindingPlace
  /** Nothing of the content is lost by it. */
  readonly isWarning?: boolean
  /** It may be the only trace of what was lost elsewhere, and must stay until nothing is. */
  readonly isEvidence?: boolean
  /** What to do about it, where that is not what the check advises. */
  readonly advice?: string
  /** Puts it right from what is proven to be right; absent where nothing is left to derive it from. */
  readonly mend?: (db: Sqlite) => void
}

/** An archive under examination. */
export interface Subject {
  readonly db: Sqlite
  readonly path: string
  /** It was repaired just before, so what waits for the next backup to be made is missing now. */
  readonly isRepaired?: boolean
}

/** One thing that must be so in a sound archive. */
export interface Check {
  readonly name: CheckName
  /** What is so when it finds nothing. */
  readonly about: string
  find(subject: Subject): Iterable<Problem>
}
