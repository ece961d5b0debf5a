import { createHash } from 'node:crypto'

import { separatedCalls, sharedIds } from './call-pairs.ts'
import type { Comparison, FetchedCopy, CopyDifference, Replayed } from './certificate.ts'
import { compareHistory } from './compare-history.ts'
import { compareRow } from './compare-row.ts'
import { compareTurns, sourceTurns } from './compare-turns.ts'
import { entryForm, formText } from './entry-form.ts'
import { expectedEntries } from './expected-entries.ts'
import { expectedRow } from './expected-row.ts'
import { foundEntries } from './found-entries.ts'
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
  const sourceFacts = rowForm(objectOf(treeOf(source.row)))
  const sourceForms =
    mode === 'turns'
      ? sourceTurns(source.entries)
      : source.entries.map((text) => formText(entryForm(treeOf(text))))
  const common = { losses, answers: [], unseen: [], generated: 0, since: 0 }
  const hashOfSource = hashOf(sourceFacts, sourceForms)
  if (copy === undefined) {
    const hashes = {
      source: hashOfSource,
      expected: hashOf(rowForm(sentRow.row), formTexts(expected.entries)),
      target: null,
    }
    return { ...common, verdict: 'different', differences: [gone], hashes }
  }
  const row = compareRow(sentRow.row, copy.row, replayed)
  const found = foundEntries(copy.entries)
  const history =
    mode === 'turns'
      ? compareTurns(expected.entries, found, replayed)
      : {
          ...compareHistory(expected.entries, found, replayed),
          asked: formTexts(expected.entries),
          answers: [],
        }
  const apart = [
    ...(mode === 'history' ? separatedCalls(source.entries, expected.entries) : []),
    ...(mode === 'history' ? sharedIds(source.entries, expected.entries) : []),
    ...confusedFunctions(replayed, mode === 'history' ? expected.entries : [], sentRow.row),
  ]
  const differences = [
    ...expected.faults,
    ...apart,
    ...history.differences,
    ...sentRow.faults,
    ...row.differences,
  ].sort((a, b) => placeOf(a) - placeOf(b))
  return {
    verdict: verdictOf(differences, losses.length + row.unseen.length),
    differences,
    losses,
    unseen: row.unseen,
    generated: history.generated,
    since: history.since,
    answers: history.answers,
    hashes: {
      source: hashOfSource,
      expected: hashOf(row.expected, history.asked),
      target: hashOf(row.found, history.compared),
    },
  }
}

/** The row sorts last. */
function placeOf({ entry }: CopyDifference): number {
  return entry ?? Number.MAX_SAFE_INTEGER
}

function verdictOf(differences: readonly CopyDifference[], declared: number): Comparison['verdict'] {
  if (differences.length > 0) return 'different'
  return declared > 0 ? 'equivalent' : 'identical'
}

const gone: CopyDifference = {
  entry: null,
  path: '',
  kind: 'gone',
  detail: 'the target has no such conversation',
  expected: null,
  found: null,
}

function formTexts(entries: readonly { readonly form: ReadonlyMap<string, string> }[]): string[] {
  return entries.map(({ form }) => formText(form))
}

/** Each text is prefixed with its length, so that two texts cannot be read as one. */
function hashOf(row: RowForm, entries: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of [formText(row), ...entries]) hash.update(`${Buffer.byteLength(text)}:${text}`)
  return hash.digest('hex')
}
