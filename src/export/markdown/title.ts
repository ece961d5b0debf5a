import { chunksOf, stringOf } from '../../model/entry.ts'
import type { ExportedConversation } from '../format.ts'
import { oneLine } from './plain-text.ts'

/** What people call a conversation: its name, or what it begins with, or its id. */
export function titleOf(conversation: ExportedConversation): string {
  return titleFrom(conversation.row.value['name']) ?? firstWords(conversation) ?? oneLine(conversation.id)
}

function firstWords({ entries }: ExportedConversation): string | undefined {
  for (const { value } of entries()) {
    const text = chunksOf(value['content']).find(({ type }) => type === 'text')?.['text']
    // Only the first entry: it is a question, and every page would wait for a second.
    return titleFrom(text, 80)
  }
  return undefined
}

function titleFrom(value: unknown, most?: number): string | undefined {
  return stringOf(oneLine(stringOf(value) ?? '', most))
}
