import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { Books } from '../archive/journal/runs.ts'
import type { BackupOptions, WorkEnd } from './backup-options.ts'
import { listCandidates } from './listing/list-candidates.ts'

/** Lists the account and counts what a backup would do. Nothing is fetched or stored. */
export async function dryRun(
  client: ConversationsClient,
  archive: Archive,
  books: Books,
  { pageSize = 100, full = false, onProgress }: BackupOptions,
  signal: AbortSignal,
): Promise<WorkEnd> {
  const listing = listCandidates(client, archive, archive.seenRows(), { pageSize, full, signal })
  for (;;) {
    const next = await listing.next()
    if (next.done === true) return next.value
    const { status, isKnown } = next.value
    books.listed++
    if (status === 'fetch') books[isKnown ? 'updated' : 'new']++
    else books[status === 'unchanged' || status === 'accepted' ? 'unchanged' : 'failed']++
    onProgress?.(books)
  }
}
