import { stringMember } from '../../model/entries/fields.ts'
import type { Loss, LossKind } from '../loss.ts'
import { checkAddition, isAddition } from './answer-additions.ts'
import { chunkLossRules } from './chunk-loss-rules.ts'
import { entryLossRules } from './entry-loss-rules.ts'
import type { LossRule, LossContext } from './loss-rule.ts'
import { isQuoteOf } from './quotes.ts'
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
