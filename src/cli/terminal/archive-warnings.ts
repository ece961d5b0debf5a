import type { Archive } from '../../archive/archive.ts'
import { plural } from '../../model/plural.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeLines } from './stdout.ts'

/** Warns on stderr about requested conversations that the archive does not have; returns their number. */
export async function warnOfMissing(archive: Archive, ids: readonly string[] = [], io: Io): Promise<number> {
  const missing = archive.conversations.missing(ids)
  const lines = missing.map((id) => `hansard: no conversation ${id} in the archive`)
  await writeLines(io.stderr, lines)
  return missing.length
}

/** Warns on stderr about text that is missing from the search index, and says what to do. */
export async function warnOfStaleIndex(archive: Archive, { quiet }: GlobalOptions, io: Io): Promise<void> {
  if (quiet) return
  const { waiting } = archive.searchIndex.state()
  const unindexed = archive.searchIndex.unindexed.count()
  const lines: string[] = []
  if (waiting > 0) {
    const what = `${plural(waiting, 'conversation')} added or changed since the search index was filled`
    const how = 'run `hansard backup`, or offline `hansard verify --repair`, to index the rest'
    lines.push(`hansard: ${what}: ${how}`)
  }
  if (unindexed > 0) {
    const what = `${plural(unindexed, 'text')} could not be indexed and cannot be found`
    lines.push(`hansard: ${what}: see \`hansard status\``)
  }
  await writeLines(io.stderr, lines)
}
