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
 * Makes the history end with something else than an assistant message. Targets may refuse such an end, generate one
 * more answer, or generate none; it is unknown which. Each option works in all three cases.
 */
export function endHistory(
  entries: readonly SourceEntry[],
  pieces: readonly RewrittenEntry[],
  tail: Tail,
): EndedHistory {
  const inputs = pieces.flatMap((piece) => piece.inputs)
  if (inputs.at(-1)?.by !== 'assistant') {
    return { inputs, losses: pieces.flatMap(({ losses }) => losses), expects: 'answer' }
  }
  if (tail === 'answer') return dropLastAnswer(entries, pieces) ?? addNudge(entries, pieces)
  if (tail === 'prefix') return sendAsPrefix(entries, pieces) ?? addNudge(entries, pieces)
  return addNudge(entries, pieces)
}

/** Drops the assistant's last entries; undefined if nothing would be left. */
function dropLastAnswer(
  entries: readonly SourceEntry[],
  pieces: readonly RewrittenEntry[],
): EndedHistory | undefined {
  const last = pieces.findLastIndex((piece) => piece.inputs.some(({ by }) => by !== 'assistant'))
  if (last === -1) return undefined
  const kept = pieces.slice(0, last + 1)
  const left = entries.slice(last + 1).filter((_, i) => pieces[last + 1 + i]?.inputs.length !== 0)
  const empty = pieces.slice(last + 1).filter(({ inputs }) => inputs.length === 0)
  return {
    inputs: kept.flatMap(({ inputs }) => inputs),
    losses: [
      ...[...kept, ...empty].flatMap(({ losses }) => losses),
      ...left.map((entry) => makeLoss('tail-asked-anew', entry, '', entry.text, null)),
    ],
    expects: 'answer-anew',
  }
}

/** Sends the last answer as a prefix. Only text can be a prefix. */
function sendAsPrefix(
  entries: readonly SourceEntry[],
  pieces: readonly RewrittenEntry[],
): EndedHistory | undefined {
  const last = pieces.findLastIndex(({ inputs }) => inputs.length > 0)
  const [entry, piece] = [entries[last], pieces[last]]
  const input = piece?.inputs.at(-1)
  if (entry === undefined || piece === undefined || input === undefined) return undefined
  const content = member(input.text, 'content')?.value
  if (stringIn(content) === null) return undefined
  const text = objectText({ type: '"message.input"', role: '"assistant"', content, prefix: 'true' })
  const inputs = pieces.flatMap((each) => each.inputs)
  return {
    inputs: [...inputs.slice(0, -1), { text, by: 'prefix' }],
    losses: [
      ...pieces.flatMap(({ losses }) => losses),
      makeLoss('tail-as-prefix', entry, '', entry.text, `[${text}]`),
    ],
    expects: 'continuation',
  }
}

function addNudge(entries: readonly SourceEntry[], pieces: readonly RewrittenEntry[]): EndedHistory {
  const text = objectText({
    type: '"message.input"',
    role: '"user"',
    content: JSON.stringify(NUDGE),
  })
  const added = { position: entries.length, id: null }
  return {
    inputs: [...pieces.flatMap(({ inputs }) => inputs), { text, by: 'user' }],
    losses: [
      ...pieces.flatMap(({ losses }) => losses),
      makeLoss('tail-nudged', added, '', null, `[${text}]`),
    ],
    expects: 'reply-to-nudge',
  }
}
