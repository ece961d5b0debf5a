import { ADDED_ANSWER } from '../../loss.ts'
import { makeLoss, type SourceEntry } from '../source.ts'
import { assistantMessage } from './entry-as-text.ts'
import type { RewrittenEntry } from './rewritten-entry.ts'

/**
 * Inserts a short answer between a function result and a user message directly after it: some targets refuse that
 * order.
 */
export function addAnswers(
  entries: readonly SourceEntry[],
  pieces: readonly RewrittenEntry[],
): RewrittenEntry[] {
  let last: string | undefined
  return pieces.map((piece, i): RewrittenEntry => {
    const entry = entries[i]
    const isRefused = last === 'result' && piece.inputs[0]?.by === 'user'
    last = piece.inputs.at(-1)?.by ?? last
    if (!isRefused || entry === undefined) return piece
    const added = assistantMessage(ADDED_ANSWER)
    const loss = makeLoss('answer-added', entry, '', null, `[${added.text}]`)
    return { inputs: [added, ...piece.inputs], losses: [...piece.losses, loss] }
  })
}
