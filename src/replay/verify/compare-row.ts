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
  const [wanted, there] = [new Map(rowForm(expected)), new Map(rowForm(row))]
  const unseen = findUnseen(row).filter((key) => wanted.has(key))
  for (const key of unseen) wanted.delete(key)
  const keys = comparedKeys(wanted, there)
  const differences = keys.flatMap((key): CopyDifference[] => {
    if (wanted.get(key) === there.get(key)) return []
    const isLost = there.get(key) === undefined
    const detail = isLost ? `${key} is missing` : `${key} differs`
    return [{ ...row0, path: key, detail, ...excerpts(wanted.get(key), there.get(key)) }]
  })
  const isInDescription = losses.some(({ kind }) => kind === 'description-stamped')
  const found = new Map([...there].filter(([key]) => keys.includes(key)))
  return {
    differences: [...differences, ...(isInDescription ? [] : stampDifference(row, stamp))],
    unseen,
    expected: wanted,
    found,
  }
}

const row0 = { entry: null, kind: 'another' } as const

/** Members that the target may not return: metadata was seen to be missing from `get` although it was sent. */
function findUnseen(row: TreeObject): string[] {
  return ['metadata', 'agent_version'].filter((key) => isNothing(row.get(key)))
}

/** The members that must be equal; all others are set by the service. */
function comparedKeys(wanted: RowForm, there: RowForm): string[] {
  const ofModel = ['model', 'instructions', 'tools', 'completion_args']
  const said = ['name', 'description', 'metadata', 'guardrails', 'agent_id']
  const always = wanted.has('agent_id') ? said : [...said, ...ofModel]
  return [...new Set([...wanted.keys(), ...always.filter((key) => there.has(key))])]
}

function stampDifference(row: TreeObject, stamp: string): CopyDifference[] {
  const metadata = row.get('metadata')
  if (isNothing(metadata)) return []
  const found = objectOf(metadata).get(STAMP)
  if (stringOf(found) === stamp) return []
  const detail = 'the stamp differs'
  const there = stringOf(found)
  return [{ ...row0, path: `metadata.${STAMP}`, detail, ...excerpts(stamp, there) }]
}
