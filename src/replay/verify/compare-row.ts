import type { CopyDifference, Replayed } from './certificate.ts'
import { excerpts } from './excerpt.ts'
import { isNothing, objectOf, stringOf, treeOf, type TreeObject } from './json-tree.ts'
import { rowForm, STAMP, type RowForm } from './row-form.ts'

/** What the comparison of two rows came to. */
export interface ComparedRow {
  readonly differences: readonly CopyDifference[]
  readonly unseen: readonly string[]
  /** What was compared of each side, to be hashed. */
  readonly expected: RowForm
  readonly found: RowForm
}

/** Compares what a conversation is told to be with what the copy is. */
export function compareRow(expected: TreeObject, text: string, { stamp, losses }: Replayed): ComparedRow {
  const row = objectOf(treeOf(text))
  const [wanted, there] = [new Map(rowForm(expected)), new Map(rowForm(row))]
  const unseen = findUnseen(row).filter((key) => wanted.has(key))
  for (const key of unseen) wanted.delete(key)
  const keys = comparedKeys(wanted, there)
  const differences = keys.flatMap((key): CopyDifference[] => {
    if (wanted.get(key) === there.get(key)) return []
    const isLost = there.get(key) === undefined
    const detail = isLost ? `it has no ${key}` : `it has another ${key}`
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

/** Metadata was seen to stay away from get though it had been sent; a version of an agent need not be told. */
function findUnseen(row: TreeObject): string[] {
  return ['metadata', 'agent_version'].filter((key) => isNothing(row.get(key)))
}

/** The facts that must be the same; what else a row says is the service's own. */
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
  const detail = 'it has another stamp'
  const there = stringOf(found)
  return [{ ...row0, path: `metadata.${STAMP}`, detail, ...excerpts(stamp, there) }]
}
