import { emptyArchive, openArchive, type Archive } from '../../src/archive/archive.ts'

/** A conversation to store in an archive: its row and its entries, as JSON or as values. */
export interface MadeConversation {
  readonly row: Readonly<Record<string, unknown>> | string
  readonly entries?: readonly unknown[]
  readonly isGone?: boolean
}

/** Starts a run of a backup; returns its id. */
export function beginRun(archive: Archive, startedAt: string): number {
  return archive.runs.begin({ command: 'backup', hansard: '0', baseUrl: 'https://example.org', startedAt })
}

/** Stores conversations in an archive, by default a new one in memory. */
export function archiveOf(
  conversations: readonly MadeConversation[],
  archive: Archive = emptyArchive(),
): Archive {
  const at = '2026-11-22T00:00:00.000Z'
  const run = beginRun(archive, at)
  archive.transaction(() => {
    for (const { row, entries = [], isGone = false } of conversations) {
      const text = textOf(row)
      const { id } = JSON.parse(text) as { id: string }
      const history = { envelope: '{"entries":[]}', entries: entries.map(textOf) }
      archive.conversations.store({ id, row: text, history, messages: undefined, fetchedAt: at }, run, at)
      if (isGone) archive.conversations.markGone(id, at)
    }
  })
  return archive
}

/** A string is already JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Opens an archive, returns what `work` reads from it, and closes it. */
export function look<T>(path: string, work: (archive: Archive) => T): T {
  const archive = openArchive(path)
  try {
    return work(archive)
  } finally {
    archive.close()
  }
}
