import type { CopyDifference, Replayed } from './certificate.ts'
import { comparedPart, formText, entryType } from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'
import { addedEntry, firstDifference } from './first-difference.ts'
import type { CopyEntry } from './found-entries.ts'

export interface ComparedHistory {
  readonly differences: readonly CopyDifference[]
  readonly generated: number
  readonly since: number
  /** The forms at the target that are compared, to be hashed. */
  readonly compared: readonly string[]
}

/** Compares entry by entry: first the expected entries, then the generated ones, and nothing else. */
export function compareHistory(
  expected: readonly ExpectedEntry[],
  found: readonly CopyEntry[],
  { source, generated }: Pick<Replayed, 'source' | 'generated'>,
): ComparedHistory {
  const end = source.entries.length
  const first = firstDifference(expected, found, generated)
  const rest = restOf(found.slice(expected.length), generated)
  const stray = rest.made.find((entry) => !isGenerated(entry, generated))
  const difference = first ?? (stray === undefined ? undefined : addedEntry(stray, end))
  const compared = found
    .slice(0, Math.min(expected.length, found.length))
    .map(({ form }, i) => formText(comparedPart(expected[i]?.form, form)))
  const strays = stray === undefined ? [] : [formText(stray.form)]
  return {
    differences: difference === undefined ? [] : [difference],
    generated: rest.made.length,
    since: rest.since.length,
    compared: [...compared, ...strays],
  }
}

/** Divides the entries after the history into those that the replay generated and those added since. */
function restOf(
  rest: readonly CopyEntry[],
  generated: Replayed['generated'],
): { made: readonly CopyEntry[]; since: readonly CopyEntry[] } {
  if (generated === undefined) return { made: rest, since: [] }
  const last = rest.findLastIndex(({ id }) => id !== undefined && generated.includes(id))
  return { made: rest.slice(0, last + 1), since: rest.slice(last + 1) }
}

/** User messages and function results are never generated. */
function isGenerated({ id, form }: CopyEntry, generated: Replayed['generated']): boolean {
  if (generated !== undefined) return id !== undefined && generated.includes(id)
  return !['message.input', 'function.result'].includes(entryType(form) ?? '')
}
