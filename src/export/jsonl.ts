import type { StoredConversation } from '../archive/conversations.ts'

/** A conversation as one line of JSONL, in pieces: its texts as they came, joined and never encoded again. */
export function* lineOfConversation({
  row,
  entries,
}: StoredConversation): Generator<string, void, undefined> {
  yield `{"conversation":${row},"entries":[`
  let separator = ''
  for (const entry of entries()) {
    yield separator + entry
    separator = ','
  }
  yield ']}\n'
}
