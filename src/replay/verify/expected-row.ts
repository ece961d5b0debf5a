import { fieldsOf } from '../../model/entries/fields.ts'
import { joinMembers } from '../../model/json/json-text.ts'
import type { Loss } from '../loss.ts'
import type { CopyDifference, Replayed } from './certificate.ts'
import { falseLoss } from './expected-entries.ts'
import { isNothing, objectOf, treeOf, type TreeObject } from './json-tree.ts'
import { quotes } from './quotes.ts'
import { isEmpty } from './row-form.ts'
import { rowLossRules, type RowLossContext } from './row-loss-rules.ts'
import { pathOf, put, textAt, treeAt, type Path } from './value-path.ts'

/** What the row of the copy must say if it lost what is declared; and what is wrong with what is declared. */
export interface ExpectedRow {
  readonly row: TreeObject
  readonly faults: readonly CopyDifference[]
}

/** Takes from the archived row what its losses declare, and nothing else. */
export function expectedRow({ source, losses, stamp }: Replayed): ExpectedRow {
  const own = losses.filter(({ position }) => position === null)
  const isModelNow = own.some(({ kind }) => kind === 'agent-as-model')
  const text = isModelNow ? withSettings(source.row, source.agent ?? '{}') : source.row
  const row = objectOf(treeOf(text))
  const faults = own.flatMap((loss): CopyDifference[] => {
    const complaint = complaintAbout(loss, { text, row, stamp, isModelNow })
    if (complaint !== undefined) return [falseLoss(loss, complaint)]
    apply(row, loss)
    return []
  })
  return { row, faults }
}

/** The row of a conversation whose agent becomes a model: what the agent said of itself, now stands in it. */
function withSettings(row: string, agent: string): string {
  const [own, its] = [fieldsOf(row), fieldsOf(agent)]
  const text = new Map(own)
  for (const key of ['instructions', 'tools', 'completion_args', 'handoffs']) {
    const value = its.get(key)
    const given = own.get(key)
    if (value !== undefined && (given === undefined || isEmpty(treeOf(given)))) text.set(key, value)
  }
  return joinMembers(text)
}

function complaintAbout(loss: Loss, place: Omit<RowLossContext, 'path'>): string | undefined {
  const path = pathOf(loss.path)
  if (path === undefined || path.length === 0) return 'its path leads nowhere'
  // A loss of the same place may already have taken away what stood there.
  const isQuoted = loss.before === null && isNothing(treeAt(place.row, path))
  const isComposed = loss.kind === 'agent-as-model'
  if (!isQuoted && !isComposed && !quotes(loss.before, textAt(place.text, path)))
    return 'it quotes what does not stand there'
  const licence = rowLossRules.get(loss.kind)
  return licence === undefined ? 'it is none of a conversation' : licence(loss, { ...place, path })
}

function apply(row: TreeObject, { kind, path: text, after }: Loss): void {
  const path: Path = pathOf(text) ?? []
  const value = after === null ? undefined : treeOf(after)
  if (kind === 'agent-as-model') {
    row.delete('agent_id')
    row.delete('agent_version')
    row.set('model', value)
  } else {
    const [first = ''] = path
    if (kind === 'tools-silenced' && isEmpty(row.get(String(first)))) row.set(String(first), new Map())
    put(row, path, value)
  }
}
