import type { Archive } from '../../archive/archive.ts'
import type { OpenFailure } from '../../archive/journal/failures.ts'

/** A conversation to look at, and what to do about it. */
export interface Candidate {
  readonly id: string
  /** The row as the API sent it, with secrets redacted; empty when only the id is known. */
  readonly row: string
  /**
   * What reading the row with `get` is for. `needed`: the row is unknown, or lacks what the archive has. `useful`: it lacks
   * metadata, which only `get` may return.
   */
  readonly rowRead: 'needed' | 'useful' | 'useless'
  /**
   * `parked`: failed too often to be tried now. `accepted`: the same, and the user accepted the failure. `forgotten`: the user
   * took it out of the archive.
   */
  readonly status: 'fetch' | 'unchanged' | 'unusable' | 'parked' | 'accepted' | 'forgotten'
  readonly isKnown: boolean
  /** The open failure of an earlier run. */
  readonly failure: OpenFailure | undefined
  /** The error from reading the row, when that is what made it unusable. */
  readonly problem?: unknown
}

/** Returns the candidate for a conversation of which only the id is known. */
export function candidateById(archive: Archive, id: string, failure?: OpenFailure): Candidate {
  const isKnown = archive.conversations.known(id) !== undefined
  return { id, row: '', rowRead: 'needed', status: 'fetch', isKnown, failure }
}
