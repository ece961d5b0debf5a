import { ADDED_ANSWER } from '../../loss.ts'
import { lossOf, type SourceEntry } from '../source.ts'
import { spoken } from './entry-as-text.ts'
import type { Piece } from './piece.ts'

/** Puts a short answer between a result and what a user says directly after it: some targets refuse that order. */
export function addAnswers(entries: readonly SourceEntry[], pieces: readonly Piece[]): Piece[] {
  let last: string | undefined
  return pieces.map((piece, i): Piece => {
    const entry = entries[i]
    const isRefused = last === 'result' && piece.inputs[0]?.by === 'user'
    last = piece.inputs.at(-1)?.by ?? last
    if (!isRefused || entry === undefined) return piece
    const added = spoken(ADDED_ANSWER)
    const loss = lossOf('answer-added', entry, '', null, `[${added.text}]`)
    return { inputs: [added, ...piece.inputs], losses: [...piece.losses, loss] }
  })
}
