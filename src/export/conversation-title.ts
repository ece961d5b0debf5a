import { entryView } from '../model/entries/entry-view.ts'
import { stringIn } from '../model/entries/fields.ts'
import type { ExportedConversation } from './format.ts'
import { oneLine } from './sanitize-text.ts'

/** Returns the title of a conversation: its name, or the beginning of its text, or its id. */
export function titleOf(conversation: ExportedConversation): string {
  const name = shortTitle(stringIn(conversation.row.fields.get('name')))
  return name ?? firstWords(conversation) ?? oneLine(conversation.id)
}

function firstWords({ entries }: ExportedConversation): string | undefined {
  for (const { text } of entries()) {
    const entry = entryView(text)
    const first = entry.kind === 'message' ? entry.chunks.find(({ kind }) => kind === 'text') : undefined
    // Only the first entry, which is usually the question: reading more would slow down every page.
    return shortTitle(first?.kind === 'text' ? first.text : null, 80)
  }
  return undefined
}

function shortTitle(text: string | null, most?: number): string | undefined {
  return oneLine(text ?? '', most) || undefined
}
