import type { Loss, LossKind } from '../loss.ts'
import { checkAddition, isAddition } from './answer-additions.ts'
import { chunkLossRules } from './chunk-loss-rules.ts'
import { entryLossRules } from './entry-loss-rules.ts'
import { stringMember } from './json-members.ts'
import type { LossRule, LossContext } from './loss-rule.ts'
import { isQuoteOf } from './quotes.ts'
import { parsePath, textAt } from './value-path.ts'

/**
 * Says what is wrong with a declared loss: it must quote what stood at its place, and may only do what its kind says. So a
 * word can't be lost by calling it something else.
 */
export function checkLoss(loss: Loss, place: LossContext): string | undefined {
  const path = parsePath(loss.path)
  if (path === undefined) return 'its path leads nowhere'
  if (loss.id !== (stringMember(place.text ?? '{}', 'id') ?? null)) return 'it names another entry'
  if (isAddition(loss)) return checkAddition(loss)
  const there = place.text === undefined ? undefined : textAt(place.text, path)
  if (!isQuoteOf(loss.before, there)) return 'it quotes what does not stand there'
  const rule = lossRules[loss.kind]
  return rule === undefined ? 'it is none of an entry' : rule(loss, { ...place, path })
}

const lossRules: Readonly<Partial<Record<LossKind, LossRule>>> = { ...entryLossRules, ...chunkLossRules }
