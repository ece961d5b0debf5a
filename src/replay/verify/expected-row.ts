import { fieldsOf } from '../../model/entries/fields.ts'
import { joinMembers } from '../../model/json/json-text.ts'
import type { Loss } from '../loss.ts'
import type { CopyDifference, Replayed } from './certificate.ts'
import { falseLoss } from './expected-entries.ts'
import { isNothing, objectOf, treeOf, type TreeObject } from './json-tree.ts'
import { isQuoteOf } from './loss-rule.ts'
import { isEmpty } from './row-form.ts'
import { rowLossRules, type RowLossContext } from './row-loss-rules.ts'
import { parsePath, put, textAt, treeAt } from './value-path.ts'

/**
 * Applies the declared losses, and nothing else, to the archived row.
 *
 * @returns the row that the copy must have if it lost only what is declared, and what is wrong with the declared losses
 */
export function expectedRow({ source, losses, stamp }: Replayed): {
  readonly row: TreeObject
  readonly faults: readonly CopyDifference[]
} {
  const own = losses.filter(({ position }) => position === null)
  const isModelNow = own.some(({ kind }) => kind === 'agent-as-model')
  const text = isModelNow ? withSettings(source.row, source.agent ?? '{}') : source.row
  const row = objectOf(treeOf(text))
  const faults = own.flatMap((loss): CopyDifference[] => {
    const problem = checkRowLoss(loss, { text, row, stamp, isModelNow })
    if (problem !== undefined) return [falseLoss(loss, problem)]
    apply(row, loss)
    return []
  })
  return { row, faults }
}

/** The row of a conversation whose agent is replaced by a model, with the agent's settings. */
function withSettings(row: string, agent: string): string {
  const [own, agentMembers] = [fieldsOf(row), fieldsOf(agent)]
  const text = new Map(own)
  for (const key of ['instructions', 'tools', 'completion_args', 'handoffs']) {
    const value = agentMembers.get(key)
    const given = own.get(key)
    if (value !== undefined && (given === undefined || isEmpty(treeOf(given)))) text.set(key, value)
  }
  return joinMembers(text)
}

function checkRowLoss(loss: Loss, context: Omit<RowLossContext, 'path'>): string | undefined {
  const path = parsePath(loss.path)
  if (path === undefined || path.length === 0) return 'its path is invalid'
  // An earlier loss may already have removed the value.
  const isQuoted = loss.before === null && isNothing(treeAt(context.row, path))
  const isComposed = loss.kind === 'agent-as-model'
  if (!isQuoted && !isComposed && !isQuoteOf(loss.before, textAt(context.text, path)))
    return 'it does not quote the archived value'
  const rule = rowLossRules[loss.kind]
  return rule === undefined
    ? 'this kind of loss does not apply to conversations'
    : rule(loss, { ...context, path })
}

function apply(row: TreeObject, { kind, path: text, after }: Loss): void {
  const path = parsePath(text) ?? []
  const value = after === null ? undefined : treeOf(after)
  if (kind === 'agent-as-model') {
    row.delete('agent_id')
    row.delete('agent_version')
    row.set('model', value)
  } else {
    const first = String(path[0])
    if (kind === 'tools-silenced' && isEmpty(row.get(first))) row.set(first, new Map())
    put(row, path, value)
  }
}
