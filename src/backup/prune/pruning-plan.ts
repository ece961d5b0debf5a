import type { Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { isContentStored } from '../../archive/journal/failures.ts'
import { rowFacts } from '../../model/conversation-row.ts'
import { parseJson } from '../../model/json/parse-json.ts'
import { isSettled } from '../../model/settling.ts'
import { readStamp } from '../../model/read-stamp.ts'

/** A conversation that would be deleted upstream, or why it would be kept. */
export interface PlannedDeletion {
  readonly id: string
  readonly reason: string | undefined
}

/** What a pruning would do, as far as the archive tells: nothing is requested. */
export function* planPruning(
  archive: Archive,
  selection: Selection,
): Generator<PlannedDeletion, void, undefined> {
  for (const id of archive.conversations.collectedIds(selection))
    yield { id, reason: reasonToKeep(archive, id, selection) }
}

/** Returns why a conversation must not be deleted; undefined if it may, provided that it is equal upstream. */
export function reasonToKeep(archive: Archive, id: string, { ids }: Selection): string | undefined {
  const stored = archive.conversations.read(id)
  if (stored === undefined) return 'it is not archived'
  const row = parseJson(stored.row)
  const isNamed = ids?.includes(id) === true
  if (!isNamed && (isCopy(row) || archive.replayCopies.hasMade(id)))
    return 'a replay made it: name it with --id'
  if (!isSettled(new Date().toISOString(), rowFacts(row)?.updatedAt)) return 'it changed minutes ago'
  const failure = archive.failures.openOf(id)
  if (failure !== undefined && !isContentStored(failure))
    return 'its last backup failed: see `hansard status`'
  return undefined
}

function isCopy(row: unknown): boolean {
  return typeof readStamp(row) === 'object'
}
