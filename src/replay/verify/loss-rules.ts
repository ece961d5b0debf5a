import { stringMember } from '../../model/entries/fields.ts'
import type { Loss, LossKind } from '../loss.ts'
import { complaintAboutAddition, isAddition } from './answer-additions.ts'
import { chunkLossRules } from './chunk-loss-rules.ts'
import { entryLossRules } from './entry-loss-rules.ts'
import type { LossRule, LossContext } from './loss-rule.ts'
import { quotes } from './quotes.ts'
import { pathOf, textAt } from './value-path.ts'

/**
 * Says what is wrong with a declared loss: it must quote what stood at its place, and may only do what its kind says. So a
 * word can't be lost by calling it something else.
 */
export function complaintAbout(loss: Loss, place: LossContext): string | undefined {
  const path = pathOf(loss.path)
  if (path === undefined) return 'its path leads nowhere'
  if (loss.id !== (stringMember(place.text ?? '{}', 'id') ?? null)) return 'it names another entry'
  if (isAddition(loss)) return complaintAboutAddition(loss)
  const there = place.text === undefined ? undefined : textAt(place.text, path)
  if (!quotes(loss.before, there)) return 'it quotes what does not stand there'
  const licence = lossRules[loss.kind]
  return licence === undefined ? 'it is none of an entry' : licence(loss, { ...place, path })
}

const lossRules: Readonly<Partial<Record<LossKind, LossRule>>> = { ...entryLossRules, ...chunkLossRules }
