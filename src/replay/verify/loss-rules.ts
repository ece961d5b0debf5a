import { stringMember } from '../../model/entries/fields.ts'
import { ADDED_ANSWER, type Loss, type LossKind } from '../loss.ts'
import { chunkLossRules } from './chunk-loss-rules.ts'
import { entryLossRules } from './entry-loss-rules.ts'
import { textOf, treeOf } from './json-tree.ts'
import { isQuoteOf, type LossRule, type LossContext } from './loss-rule.ts'
import { parsePath, textAt } from './value-path.ts'

/**
 * Returns what is wrong with a declared loss; undefined if nothing is. A loss must quote the archived value and may
 * only do what its kind says, so content cannot be dropped under a harmless name.
 */
export function checkLoss(loss: Loss, context: LossContext): string | undefined {
  const path = parsePath(loss.path)
  if (path === undefined) return 'its path is invalid'
  if (loss.id !== (stringMember(context.text ?? '{}', 'id') ?? null)) return 'it names another entry'
  if (isAddition(loss)) return checkAddition(loss)
  const archived = context.text === undefined ? undefined : textAt(context.text, path)
  if (!isQuoteOf(loss.before, archived)) return 'it does not quote the archived value'
  const rule = lossRules[loss.kind]
  return rule === undefined ? 'this kind of loss does not apply to entries' : rule(loss, { ...context, path })
}

const lossRules: Readonly<Partial<Record<LossKind, LossRule>>> = { ...entryLossRules, ...chunkLossRules }

/** Returns whether a loss adds something before its entry instead of changing it. */
export function isAddition({ kind }: Loss): boolean {
  return kind === 'answer-added'
}

const addedAnswer = [{ type: 'message.output', role: 'assistant', content: ADDED_ANSWER }]

function checkAddition({ before, after, path }: Loss): string | undefined {
  const isAnswer = after !== null && textOf(treeOf(after)) === textOf(treeOf(JSON.stringify(addedAnswer)))
  return isAnswer && before === null && path === '' ? undefined : 'this is not the answer that may be added'
}
