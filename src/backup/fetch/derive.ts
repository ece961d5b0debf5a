import type { Failure } from '../../archive/journal/failures.ts'
import { findUnknownShapes, type UnknownShape } from '../../model/entries/find-unknown-shapes.ts'
import { findReferences, type Reference } from '../../model/entries/references.ts'
import type { Fetched } from './fetch-conversation.ts'

/** Functions that derive data from a conversation. Tests pass functions that throw. */
export interface Stages {
  readonly references: typeof findReferences
  readonly shapes: typeof findUnknownShapes
}

export const ownStages: Stages = { references: findReferences, shapes: findUnknownShapes }

/** Why a stored conversation is incomplete. */
export interface Problem {
  readonly step: Failure['step']
  readonly thrown: unknown
}

/** What a conversation refers to, and what in it is unknown; or why that could not be derived. */
export interface Derived {
  readonly references: readonly Reference[] | Problem
  readonly shapes: Shapes | Problem
}

interface Shapes {
  readonly ofRow: readonly UnknownShape[]
  /** One list for each entry. */
  readonly ofEntries: readonly (readonly UnknownShape[])[]
}

/** Derives from a conversation what is stored beside it. */
export function deriveFrom({ row, history }: Fetched, { references, shapes }: Stages): Derived {
  return {
    references: attempt('references', () => references(row, history.values)),
    shapes: attempt('shapes', () => ({
      ofRow: shapes(JSON.parse(row), []),
      ofEntries: history.values.map((entry) => shapes(undefined, [entry])),
    })),
  }
}

function attempt<T>(step: Problem['step'], work: () => T): T | Problem {
  try {
    return work()
  } catch (thrown) {
    return { step, thrown }
  }
}
