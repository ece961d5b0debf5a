import { objectText } from '../../../model/json/json-text.ts'
import type { LossKind } from '../../loss.ts'
import { lossOf, type SourceEntry } from '../source.ts'
import type { Input, Piece } from './piece.ts'

/** Sends an entry as the words of the assistant: what it says of itself, without its id and times. */
export function entryAsText(entry: SourceEntry, kind: LossKind, words?: string): Piece {
  const input = spoken(words ?? wordsOf(entry))
  return { inputs: [input], losses: [lossOf(kind, entry, '', entry.text, `[${input.text}]`)] }
}

/** A text that stands where the assistant speaks. */
export function spoken(words: string): Input {
  const text = objectText({
    type: '"message.output"',
    role: '"assistant"',
    content: JSON.stringify(words),
  })
  return { text, by: 'assistant' }
}

const aside = ['type', 'object', 'id', 'created_at', 'completed_at']

function wordsOf({ type, fields }: SourceEntry): string {
  const kept = [...fields].filter(([key]) => !aside.includes(key))
  const members = kept.map(([key, value]) => `${JSON.stringify(key)}:${value}`)
  return `[${type}] {${members.join(',')}}`
}
