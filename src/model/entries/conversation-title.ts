import { oneLine } from '../sanitize-text.ts'
import { entryView } from './entry-view.ts'
import { isJson } from '../json/parse-json.ts'

/** Maximum length of a title that is not a name, in characters. */
const MAX_WORDS = 80

/**
 * Returns the title of a conversation, on one line: its name, or else its first words; undefined if it has neither.
 *
 * @param name the name as text; null or empty if it has none
 * @param readFirst reads the first entry as JSON. It is called only if the title has to come from there.
 */
export function conversationTitle(
  name: string | null | undefined,
  readFirst: () => string | undefined,
): string | undefined {
  return oneLine(name ?? '') || firstWords(readFirst())
}

/** Only the first entry counts, which is usually the question: reading more would slow down every list. */
function firstWords(json: string | undefined): string | undefined {
  if (json === undefined || !isJson(json)) return undefined
  const entry = entryView(json)
  const first = entry.kind === 'message' ? entry.chunks.find(({ kind }) => kind === 'text') : undefined
  return first?.kind === 'text' ? oneLine(first.text, MAX_WORDS) || undefined : undefined
}
