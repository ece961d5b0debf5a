import type { CopyDifference, Replayed } from './certificate.ts'
import { excerpts } from './excerpt.ts'
import { isNothing, objectOf, stringOf, treeOf, type TreeObject } from './json-tree.ts'
import { rowForm, STAMP, type RowForm } from './row-form.ts'

export interface ComparedRow {
  readonly differences: readonly CopyDifference[]
  readonly unseen: readonly string[]
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
    const isLost = actual.get(key) === undefined
    const detail = isLost ? `${key} is missing` : `${key} differs`
    return [{ ...row0, path: key, detail, ...excerpts(wantedForm.get(key), actual.get(key)) }]
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

const row0 = { entry: null, kind: 'another' } as const

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
  const found = objectOf(metadata).get(STAMP)
  if (stringOf(found) === stamp) return []
  const detail = 'the stamp differs'
  const actual = stringOf(found)
  return [{ ...row0, path: `metadata.${STAMP}`, detail, ...excerpts(stamp, actual) }]
}
