import { createHash } from 'node:crypto'

import { separatedCalls, sharedIds } from './call-pairs.ts'
import type { Comparison, FetchedCopy, CopyDifference, Replayed } from './certificate.ts'
import { compareHistory } from './compare-history.ts'
import { compareRow } from './compare-row.ts'
import { compareTurns, sourceTurns } from './compare-turns.ts'
import { difference } from './difference.ts'
import { formText, foundEntries, readForm } from './entry-form.ts'
import { expectedEntries } from './expected-entries.ts'
import { expectedRow } from './expected-row.ts'
import { objectOf, treeOf } from './json-tree.ts'
import { confusedFunctions } from './renamed-functions.ts'
import { rowForm, type RowForm } from './row-form.ts'

/**
 * Compares a copy with its source. Takes the archived texts, applies the declared losses, and expects exactly the
 * result; it knows nothing of how the plan was made. `copy` is undefined if the target has none.
 */
export function compareCopy(replayed: Replayed, copy: FetchedCopy | undefined): Comparison {
  const { source, losses, mode } = replayed
  const expected = expectedEntries(replayed)
  const sentRow = expectedRow(replayed)
  const sourceForms = mode === 'turns' ? sourceTurns(source.entries) : source.entries.map(readForm)
  const hashOfSource = hashOf(rowForm(objectOf(treeOf(source.row))), sourceForms.map(formText))
  if (copy === undefined) {
    const gone = difference(null, 'gone', 'the target has no such conversation')
    const hashOfExpected = hashOf(
      rowForm(sentRow.row),
      expected.entries.map(({ form }) => formText(form)),
    )
    return {
      ...{ verdict: 'different', differences: [gone], losses },
      ...{ unseen: [], generated: 0, since: 0, answers: [] },
      hashes: { source: hashOfSource, expected: hashOfExpected, target: null },
    }
  }
  const row = compareRow(sentRow.row, copy.row, replayed)
  const compare = mode === 'turns' ? compareTurns : compareHistory
  const history = compare(expected.entries, foundEntries(copy.entries), replayed)
  const inHistory = mode === 'history' ? expected.entries : []
  const differences = [
    ...expected.faults,
    ...separatedCalls(source.entries, inHistory),
    ...sharedIds(source.entries, inHistory),
    ...confusedFunctions(replayed, inHistory, sentRow.row),
    ...history.differences,
    ...sentRow.faults,
    ...row.differences,
  ].sort((a, b) => placeOf(a) - placeOf(b))
  const { generated, since, answers } = history
  const hashes = {
    source: hashOfSource,
    expected: hashOf(row.expected, history.asked),
    target: hashOf(row.found, history.compared),
  }
  const verdict = verdictOf(differences, losses.length + row.unseen.length)
  return { verdict, differences, losses, unseen: row.unseen, generated, since, answers, hashes }
}

/** The row sorts last. */
function placeOf({ position }: CopyDifference): number {
  return position ?? Number.MAX_SAFE_INTEGER
}

function verdictOf(differences: readonly CopyDifference[], declared: number): Comparison['verdict'] {
  if (differences.length > 0) return 'different'
  return declared > 0 ? 'equivalent' : 'identical'
}

/** Each text is prefixed with its length, so that two texts cannot be read as one. */
function hashOf(row: RowForm, entries: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of [formText(row), ...entries]) hash.update(`${Buffer.byteLength(text)}:${text}`)
  return hash.digest('hex')
}
