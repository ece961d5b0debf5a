import type { Comparison, CopyDifference, Replayed } from './certificate.ts'
import { difference, excerpts } from './difference.ts'
import { isNothing, objectOf, stringOf, treeOf, type TreeObject } from './json-tree.ts'
import { rowForm, STAMP, type RowForm } from './row-form.ts'

export interface ComparedRow extends Pick<Comparison, 'differences' | 'unseen'> {
  /** The compared forms, to be hashed. */
  readonly expected: RowForm
  readonly found: RowForm
}

/** Compares the expected row with the row of the copy. */
export function compareRow(expected: TreeObject, text: string, { stamp, losses }: Replayed): ComparedRow {
  const row = objectOf(treeOf(text))
  const [wantedForm, actual] = [new Map(rowForm(expected)), new Map(rowForm(row))]
  const unseen = findUnseen(row).filter((key) => wantedForm.has(key))
  for (const key of unseen) wantedForm.delete(key)
  const keys = comparedKeys(wantedForm, actual)
  const differences = keys.flatMap((key): CopyDifference[] => {
    if (wantedForm.get(key) === actual.get(key)) return []
    const detail = actual.has(key) ? `${key} differs` : `${key} is missing`
    return [rowDifference(key, detail, wantedForm.get(key), actual.get(key))]
  })
  const isInDescription = losses.some(({ kind }) => kind === 'description-stamped')
  const found = new Map([...actual].filter(([key]) => keys.includes(key)))
  return {
    differences: [...differences, ...(isInDescription ? [] : stampDifference(row, stamp))],
    unseen,
    expected: wantedForm,
    found,
  }
}

function rowDifference(path: string, detail: string, wanted?: string, actual?: string): CopyDifference {
  return difference(null, 'another', detail, { path, ...excerpts(wanted, actual) })
}

/** Members that the target may not return: metadata was seen to be missing from `get` although it was sent. */
function findUnseen(row: TreeObject): string[] {
  return ['metadata', 'agent_version'].filter((key) => isNothing(row.get(key)))
}

/** The members that must be equal; all others are set by the service. */
function comparedKeys(wantedForm: RowForm, actual: RowForm): string[] {
  const ofModel = ['model', 'instructions', 'tools', 'completion_args']
  const described = ['name', 'description', 'metadata', 'guardrails', 'agent_id']
  const always = wantedForm.has('agent_id') ? described : [...described, ...ofModel]
  return [...new Set([...wantedForm.keys(), ...always.filter((key) => actual.has(key))])]
}

function stampDifference(row: TreeObject, stamp: string): CopyDifference[] {
  const metadata = row.get('metadata')
  if (isNothing(metadata)) return []
  const found = stringOf(objectOf(metadata).get(STAMP))
  return found === stamp ? [] : [rowDifference(`metadata.${STAMP}`, 'the stamp differs', stamp, found)]
}
