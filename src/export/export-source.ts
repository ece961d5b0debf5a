import type { Archive } from '../archive/archive.ts'
import type { StoredConversation } from '../archive/content/conversations.ts'
import type { Selection } from '../archive/content/selection.ts'
import { isJson } from '../model/json/parse-json.ts'
import type { ExportedConversation } from './format.ts'
import { collectAfterLarge } from './heap-control.ts'
import { JsonValue } from './json-value.ts'

/** Called for each text that cannot be read, with its conversation and its position (undefined: the row). */
export type OnUnreadable = (id: string, position: number | undefined, reason: string) => void

/**
 * Yields the selected conversations as writers get them. A damaged text does not keep the others from being exported: an
 * entry of type `hansard.unreadable` takes its place, with the reason and what is left of the text.
 */
export function* readConversations(
  archive: Archive,
  selection: Selection,
  onUnreadable: OnUnreadable,
): Generator<ExportedConversation, void, undefined> {
  for (const stored of archive.conversations.readAll(selection))
    yield exportedConversation(stored, onUnreadable)
}

/** Returns a stored conversation as writers get it. */
export function exportedConversation(
  stored: StoredConversation,
  onUnreadable: OnUnreadable = () => undefined,
): ExportedConversation {
  const { id, length, createdAt, goneAt, fetchedAt } = stored
  // A writer may read the entries more than once, but each unreadable entry is reported once.
  let reported = 0
  return {
    id,
    row: toJsonValue(stored.row, { id }, (reason) => onUnreadable(id, undefined, reason)),
    length,
    createdAt,
    goneAt,
    fetchedAt,
    sizes: () => stored.sizes(),
    entryKeys: () => stored.entryKeys(),
    *entries(range) {
      let position = (range?.from ?? 0) - 1
      for (const found of stored.entriesAsFound(range)) {
        position++
        const isNew = position >= reported
        reported = Math.max(reported, position + 1)
        const tell = (reason: string) => isNew && onUnreadable(id, position, reason)
        try {
          yield typeof found === 'object' ? new JsonValue(found) : toJsonValue(found, {}, tell)
        } finally {
          collectAfterLarge(found) // even if the reader stops here
        }
      }
    },
  }
}

function toJsonValue(
  text: string | undefined,
  facts: object,
  onUnreadable: (reason: string) => void,
): JsonValue {
  if (text !== undefined && isJson(text)) return new JsonValue(text)
  const reason = text === undefined ? 'it is missing from the archive' : 'it is not JSON'
  onUnreadable(reason)
  return new JsonValue(JSON.stringify({ ...facts, type: 'hansard.unreadable', reason, text }))
}
