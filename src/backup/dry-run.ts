import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { Books } from '../archive/journal/runs.ts'
import type { BackupOptions, WorkEnd } from './backup-options.ts'
import { candidates } from './candidates.ts'

/** Lists the account and counts what a backup would do; nothing is fetched or written. */
export async function listOnly(
  client: ConversationsClient,
  archive: Archive,
  books: Books,
  { pageSize = 100, full = false, onProgress }: BackupOptions,
  signal: AbortSignal,
): Promise<WorkEnd> {
  const listing = candidates(client, archive, archive.seenRows(), { pageSize, full, signal })
  for (;;) {
    const next = await listing.next()
    if (next.done === true) return next.value
    const { verdict, isKnown } = next.value
    books.listed++
    if (verdict === 'fetch') books[isKnown ? 'updated' : 'new']++
    else books[verdict === 'unchanged' || verdict === 'accepted' ? 'unchanged' : 'failed']++
    onProgress?.(books)
  }
}
