import type { Loss } from '../../src/replay/loss.ts'
import { treeOf } from '../../src/replay/verify/json-tree.ts'
import type { LossContext } from '../../src/replay/verify/loss-rule.ts'
import { checkLoss } from '../../src/replay/verify/loss-rules.ts'
import { parsePath, textAt } from '../../src/replay/verify/value-path.ts'

/** What differs from the loss of a whole entry, the only one, of which nothing is sent. */
export interface Declared extends Partial<
  Pick<Loss, 'path' | 'before' | 'position'> & Pick<LossContext, 'mode'>
> {
  /** What is sent instead, as a value. */
  readonly after?: unknown
  readonly entries?: readonly object[]
  /** The entry after earlier losses, as a value. */
  readonly sent?: unknown
}

/** Returns what verify finds wrong with a declared loss of an entry; undefined if nothing is. */
export function problemOf(kind: Loss['kind'], entry: object | undefined, declared: Declared = {}) {
  const text = entry === undefined ? undefined : JSON.stringify(entry)
  const { path = '', mode = 'history', entries = entry === undefined ? [] : [entry] } = declared
  const { position = 0, after, sent = entry } = declared
  const quoted = textAt(text ?? 'null', parsePath(path) ?? []) ?? null
  const { before = text === undefined ? null : quoted } = declared
  const context = { text, entries: entries.map((each) => JSON.stringify(each)), mode }
  return checkLoss(
    { kind, position, id: null, path, before, after: after === undefined ? null : JSON.stringify(after) },
    { ...context, sent: sent === undefined ? undefined : treeOf(JSON.stringify(sent)) },
  )
}

export const call = (id: unknown, name: unknown = 'gauge', args: unknown = '{}') => ({
  ...{ type: 'function.call', tool_call_id: id, name, arguments: args },
})

export const result = (id: unknown, text: unknown = 'ok') => ({
  ...{ type: 'function.result', tool_call_id: id, result: text },
})

/** An assistant message. */
export const says = (content: unknown) => ({ type: 'message.output', role: 'assistant', content })

export const asks = (content: unknown) => ({ type: 'message.input', role: 'user', content })
