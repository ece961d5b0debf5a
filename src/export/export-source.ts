import type { Archive } from '../archive/archive.ts'
import type { StoredConversation } from '../archive/content/conversations.ts'
import type { Selection } from '../archive/content/selection.ts'
import type { ExportedConversation } from './format.ts'
import { collectAfterLarge } from './heap-control.ts'
import { JsonValue } from './json-value.ts'

/** Told of each text that could not be read, by conversation and position (undefined: its row). */
export type OnUnreadable = (id: string, position: number | undefined, reason: string) => void

/**
 * The conversations of a selection as writers get them. A text that has decayed keeps none of the others from being
 * exported: in its place stands an entry of the type `hansard.unreadable`, which says why and holds what is left of it.
 */
export function* readConversations(
  archive: Archive,
  selection: Selection,
  onUnreadable: OnUnreadable,
): Generator<ExportedConversation, void, undefined> {
  for (const stored of archive.conversations.readAll(selection))
    yield exportedConversation(stored, onUnreadable)
}

function exportedConversation(stored: StoredConversation, onUnreadable: OnUnreadable): ExportedConversation {
  const { id, length, createdAt, goneAt, fetchedAt } = stored
  // A writer may read the entries again, and the first time not to the end: each is told of once.
  let told = 0
  return {
    id,
    row: readJson(stored.row, { id }, (reason) => onUnreadable(id, undefined, reason)),
    length,
    createdAt,
    goneAt,
    fetchedAt,
    *entries() {
      let position = -1
      for (const found of stored.entriesAsFound()) {
        position++
        const isNew = position >= told
        told = Math.max(told, position + 1)
        const tell = (reason: string) => isNew && onUnreadable(id, position, reason)
        try {
          yield typeof found === 'object' ? new JsonValue(found) : readJson(found, {}, tell)
        } finally {
          collectAfterLarge(found) // also where the reader wants no more
        }
      }
    },
  }
}

function readJson(
  text: string | undefined,
  facts: object,
  onUnreadable: (reason: string) => void,
): JsonValue {
  const json = text === undefined ? undefined : JsonValue.check(text)
  if (json !== undefined) return json
  const reason = text === undefined ? 'it is missing from the archive' : 'it is not JSON'
  onUnreadable(reason)
  return new JsonValue(JSON.stringify({ ...facts, type: 'hansard.unreadable', reason, text }))
}
