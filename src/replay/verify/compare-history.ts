import type { Comparison, Replayed } from './certificate.ts'
import { comparedPart, formText, entryType, type CopyEntry } from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'
import { addedEntry, firstDifference, isRecorded } from './first-difference.ts'

export interface ComparedHistory extends Pick<Comparison, 'differences' | 'generated' | 'since' | 'answers'> {
  /** The forms of what was asked at the source, with its losses, and at the target, to be hashed. */
  readonly asked: readonly string[]
  readonly compared: readonly string[]
}

/** Compares entry by entry: first the expected entries, then the generated ones, and nothing else. */
export function compareHistory(
  expected: readonly ExpectedEntry[],
  found: readonly CopyEntry[],
  { source, generated }: Replayed,
): ComparedHistory {
  const rest = found.slice(expected.length)
  // Only a receipt shows which entries were added since.
  const made =
    generated === undefined ? rest.length : rest.findLastIndex((entry) => isRecorded(entry, generated)) + 1
  const stray = rest.slice(0, made).find((entry) => !isGenerated(entry, generated))
  const added = stray === undefined ? undefined : addedEntry(stray, source.entries.length)
  const first = firstDifference(expected, found, generated) ?? added
  const compared = found.slice(0, expected.length).map(({ form }, i) => comparedPart(expected[i]?.form, form))
  return {
    differences: first === undefined ? [] : [first],
    generated: made,
    since: rest.length - made,
    answers: [],
    asked: expected.map(({ form }) => formText(form)),
    compared: [...compared, ...(stray === undefined ? [] : [stray.form])].map(formText),
  }
}

/** User messages and function results are never generated. */
function isGenerated(entry: CopyEntry, generated: Replayed['generated']): boolean {
  if (generated !== undefined) return isRecorded(entry, generated)
  return !['message.input', 'function.result'].includes(entryType(entry.form) ?? '')
}
