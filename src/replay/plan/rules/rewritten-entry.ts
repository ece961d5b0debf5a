import { joinMembers, objectText } from '../../../model/json/json-text.ts'
import type { Loss, LossKind } from '../../loss.ts'
import { makeLoss, type SourceEntry } from '../source.ts'

/** An input, and what it is for the rules on the order of inputs. */
export interface Input {
  readonly text: string
  readonly by: 'user' | 'assistant' | 'prefix' | 'call' | 'result'
}

/** The inputs to send for one entry of the source, and the losses. */
export interface RewrittenEntry {
  readonly inputs: readonly Input[]
  readonly losses: readonly Loss[]
}

/** Sends an entry as an assistant message with the entry's members, without its id and times. */
export function entryAsText(entry: SourceEntry, kind: LossKind, text = describe(entry)): RewrittenEntry {
  const input = assistantMessage(text)
  return { inputs: [input], losses: [makeLoss(kind, entry, '', entry.text, `[${input.text}]`)] }
}

export function assistantMessage(content: string): Input {
  const members = { type: '"message.output"', role: '"assistant"', content: JSON.stringify(content) }
  return { text: objectText(members), by: 'assistant' }
}

const omitted = ['type', 'object', 'id', 'created_at', 'completed_at']

function describe({ type, fields }: SourceEntry): string {
  const kept = [...fields].filter(([key]) => !omitted.includes(key))
  return `[${type}] ${joinMembers(kept)}`
}
