import type { Loss } from '../loss.ts'

/** The version of the certificate format. */
export const CERTIFICATE_VERSION = 1

/** What was replayed, according to the archive and the receipts. */
export interface Replayed {
  readonly mode: 'history' | 'turns'
  /** The copy's stamp. */
  readonly stamp: string
  /** The losses that the plan declares. */
  readonly losses: readonly Loss[]
  /** Ids of the entries that the target generated, if the receipt has them. */
  readonly generated?: readonly string[] | undefined
  /** The archived JSON texts of the revision that was replayed. */
  readonly source: {
    readonly row: string
    readonly entries: readonly string[]
    /** For an agent conversation: the agent, if archived. */
    readonly agent?: string | undefined
  }
}

/** A copy at the target: the JSON texts of its row and entries, as they were fetched. */
export interface FetchedCopy {
  readonly row: string
  readonly entries: readonly string[]
}

/** A difference between the copy and what is expected. */
export interface CopyDifference {
  /**
   * The position in the source's history, from 0; the length of the history for something after its end. Null: the
   * conversation itself.
   */
  readonly position: number | null
  /** The member that differs; empty for the whole entry. */
  readonly path: string
  readonly kind:
    /** The target has no such conversation. */
    | 'gone'
    /** An expected entry is missing. */
    | 'missing'
    /** It comes after the next one. */
    | 'moved'
    /** An entry that was neither sent nor generated. */
    | 'added'
    /** It differs. */
    | 'another'
    /** A declared loss is not what its kind says, or quotes something that the source does not have. */
    | 'false-loss'
    /** A call and its result are separated, or two calls or functions cannot be distinguished. */
    | 'apart'
    /** User messages are answered in other places than at the source. */
    | 'structure'
  /** For people. */
  readonly detail: string
  /** JSON text of the expected value, cut around the first difference. */
  readonly expected: string | null
  /** JSON text of the value at the target, cut the same way. */
  readonly found: string | null
}

/** The answers to a turn at the source and at the target. They are shown, not judged. */
export interface ComparedAnswers {
  /** The position of the turn's first entry in the source's history. */
  readonly position: number
  readonly asked: string
  readonly source: string
  readonly target: string
}

/** The result of comparing a copy with its source. */
export interface Comparison {
  readonly verdict: 'identical' | 'equivalent' | 'different'
  /** The first is the one that the verdict names. Empty unless `different`. */
  readonly differences: readonly CopyDifference[]
  /** Losses that are declared and found as declared. */
  readonly losses: readonly Loss[]
  /** Members that the target does not return, so that they cannot be compared. */
  readonly unseen: readonly string[]
  /** Number of entries that the replay made the target generate. */
  readonly generated: number
  /** Number of entries added since, if the receipt shows which. */
  readonly since: number
  /** In `turns` mode only. */
  readonly answers: readonly ComparedAnswers[]
  readonly hashes: Hashes
}

/**
 * SHA-256 (hex) of what was compared, in a canonical form. All three are equal for an identical copy; `expected` and
 * `target` for an equivalent one. In `turns` mode they cover what was asked.
 */
export interface Hashes {
  readonly source: string
  /** The source with the declared losses. */
  readonly expected: string
  /** Null if the target has no such conversation. */
  readonly target: string | null
}

/** A comparison and what was compared, to be kept. */
export interface Certificate extends Comparison {
  readonly kind: 'hansard replay certificate'
  readonly version: typeof CERTIFICATE_VERSION
  /** The conversation's id at the source and the hash of its content. */
  readonly id: string
  readonly revision: string
  readonly mode: Replayed['mode']
  readonly label: string
  /** The copy's id at the target. */
  readonly targetId: string
  /** When the target was read (ISO 8601). */
  readonly checkedAt: string
}
