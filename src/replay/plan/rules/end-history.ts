import { stringIn } from '../../../model/entries/fields.ts'
import { member, objectText } from '../../../model/json/json-text.ts'
import type { Loss } from '../../loss.ts'
import type { Expectation, Tail } from '../plan.ts'
import { makeLoss, type SourceEntry } from '../source.ts'
import type { Input, RewrittenEntry } from './rewritten-entry.ts'

/** The text of the entry that `nudge` adds. It asks for a short reply. */
export const NUDGE =
  '[hansard] The conversation up to here was copied from another account. Please reply with OK only.'

/** The history to send. */
export interface EndedHistory {
  readonly inputs: readonly Input[]
  readonly losses: readonly Loss[]
  readonly expects: Expectation
}

/**
 * Makes the history end with something other than an assistant message. Targets may refuse such an end, generate one
 * more answer, or generate none; it is unknown which. Each option works in all three cases. Only text can be a prefix.
 */
export function endHistory(
  entries: readonly SourceEntry[],
  pieces: readonly RewrittenEntry[],
  tail: Tail,
): EndedHistory {
  const inputs = pieces.flatMap((piece) => piece.inputs)
  const losses = pieces.flatMap((piece) => piece.losses)
  const last = inputs.at(-1)
  if (last?.by !== 'assistant') return { inputs, losses, expects: 'answer' }
  if (tail === 'answer') {
    const shortened = dropLastAnswer(entries, pieces)
    if (shortened.inputs.length > 0) return shortened
  }
  const content = member(last.text, 'content')?.value
  if (tail === 'prefix' && stringIn(content) !== null) {
    const text = objectText({ type: '"message.input"', role: '"assistant"', content, prefix: 'true' })
    const entry = entries[pieces.findLastIndex((piece) => piece.inputs.length > 0)] ?? null
    const loss = makeLoss('tail-as-prefix', entry, '', entry?.text, `[${text}]`)
    return {
      inputs: [...inputs.slice(0, -1), { text, by: 'prefix' }],
      losses: [...losses, loss],
      expects: 'continuation',
    }
  }
  const text = objectText({ type: '"message.input"', role: '"user"', content: JSON.stringify(NUDGE) })
  const loss = makeLoss('tail-nudged', { position: entries.length, id: null }, '', null, `[${text}]`)
  return { inputs: [...inputs, { text, by: 'user' }], losses: [...losses, loss], expects: 'reply-to-nudge' }
}

/** Drops the last entries that are sent as the assistant's. */
function dropLastAnswer(entries: readonly SourceEntry[], pieces: readonly RewrittenEntry[]): EndedHistory {
  const last = pieces.findLastIndex((piece) => piece.inputs.some(({ by }) => by !== 'assistant'))
  const kept = pieces.filter(({ inputs }, i) => i <= last || inputs.length === 0)
  const dropped = entries.filter((_, i) => i > last && pieces[i]?.inputs.length !== 0)
  return {
    inputs: kept.flatMap(({ inputs }) => inputs),
    losses: [
      ...kept.flatMap(({ losses }) => losses),
      ...dropped.map((entry) => makeLoss('tail-asked-anew', entry, '', entry.text)),
    ],
    expects: 'answer-anew',
  }
}
