import type { Loss } from '../loss.ts'

/** The version of the form of a certificate. */
export const CERTIFICATE_VERSION = 1

/** What was replayed, as the archive has it and as its receipt says. */
export interface Replayed {
  readonly mode: 'history' | 'turns'
  /** What the copy carries, so that it is known again. */
  readonly stamp: string
  /** What the plan has declared that the target can't be given as it was. */
  readonly losses: readonly Loss[]
  /** Ids of the target's entries that were made over there, where the receipt has them. */
  readonly generated?: readonly string[] | undefined
  /** The archived texts of the conversation at the revision that was replayed. */
  readonly source: {
    readonly row: string
    readonly entries: readonly string[]
    /** The agent of an agent conversation, where it is archived. */
    readonly agent?: string | undefined
  }
}

/** What the target holds: the texts of its row and of its entries, as they were fetched. */
export interface FetchedCopy {
  readonly row: string
  readonly entries: readonly string[]
}

/** Something that is not as it must be. */
export interface CopyDifference {
  /** The place in the source's history, from 0; after its end, its length. Null: the conversation itself. */
  readonly entry: number | null
  /** What of it: a member, or `` for the whole. */
  readonly path: string
  readonly kind:
    /** The target has no such conversation. */
    | 'gone'
    /** An entry that must stand there does not. */
    | 'missing'
    /** It has changed places with the next one. */
    | 'moved'
    /** An entry stands there that nobody said and nobody generated. */
    | 'added'
    /** It stands there otherwise. */
    | 'another'
    /** A loss is declared that is not what its kind says, or of what never stood there. */
    | 'false-loss'
    /** A call and its result have come apart, or two calls or functions can no longer be told apart. */
    | 'apart'
    /** Users were answered where nobody answered at the source, or not where somebody did. */
    | 'structure'
  /** In words. */
  readonly detail: string
  /** JSON text of what must stand there, cut short around the first letter that differs. */
  readonly expected: string | null
  /** JSON text of what does. */
  readonly found: string | null
}

/** What was answered to a turn, here and there; nobody judges it. */
export interface ComparedAnswers {
  /** The place of the turn's first entry in the source's history. */
  readonly entry: number
  readonly asked: string
  readonly source: string
  readonly target: string
}

/** What the comparison of a copy with its source came to. */
export interface Comparison {
  readonly verdict: 'identical' | 'equivalent' | 'different'
  /** The first is the one that the verdict names; empty unless it is `different`. */
  readonly differences: readonly CopyDifference[]
  /** What is declared, and stands there as declared. */
  readonly losses: readonly Loss[]
  /** What the target does not show, so that nobody can compare it. */
  readonly unseen: readonly string[]
  /** How many entries were made over there by the replay. */
  readonly generated: number
  /** How many entries have come to it since, where the receipt tells them apart. */
  readonly since: number
  /** In `turns` alone. */
  readonly answers: readonly ComparedAnswers[]
  readonly hashes: Hashes
}

/**
 * SHA-256 (hex) of what was compared, each entry and the row in one form. An identical copy has all three the same; an
 * equivalent one has what was expected of it. In `turns` they are of what was asked.
 */
export interface Hashes {
  readonly source: string
  /** The source with the declared losses. */
  readonly expected: string
  /** Null where the target has no such conversation. */
  readonly target: string | null
}

/** A comparison with all that says what was compared, to be kept. */
export interface Certificate extends Comparison {
  readonly kind: 'hansard replay certificate'
  readonly version: typeof CERTIFICATE_VERSION
  /** The conversation's id at the source, and which content of it. */
  readonly id: string
  readonly revision: string
  readonly mode: Replayed['mode']
  readonly label: string
  /** The copy's id at the target. */
  readonly targetId: string
  /** When the target was read (ISO 8601). */
  readonly checkedAt: string
}
