import { objectText } from '../../../model/json/json-text.ts'
import type { LossKind } from '../../loss.ts'
import { makeLoss, type SourceEntry } from '../source.ts'
import type { Input, RewrittenEntry } from './rewritten-entry.ts'

/** Sends an entry as an assistant message with the entry's members, without its id and times. */
export function entryAsText(entry: SourceEntry, kind: LossKind, text?: string): RewrittenEntry {
  const input = assistantMessage(text ?? describeEntry(entry))
  return { inputs: [input], losses: [makeLoss(kind, entry, '', entry.text, `[${input.text}]`)] }
}

/** An assistant message. */
export function assistantMessage(content: string): Input {
  const text = objectText({
    type: '"message.output"',
    role: '"assistant"',
    content: JSON.stringify(content),
  })
  return { text, by: 'assistant' }
}

const omitted = ['type', 'object', 'id', 'created_at', 'completed_at']

function describeEntry({ type, fields }: SourceEntry): string {
  const kept = [...fields].filter(([key]) => !omitted.includes(key))
  const members = kept.map(([key, value]) => `${JSON.stringify(key)}:${value}`)
  return `[${type}] {${members.join(',')}}`
}
