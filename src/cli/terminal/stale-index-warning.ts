import type { Archive } from '../../archive/archive.ts'
import { plural } from '../../model/plural.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeLine } from './stdout.ts'

/** Warns on stderr about text that is missing from the search index, and says what to do. */
export async function warnOfStaleIndex(archive: Archive, { quiet }: GlobalOptions, io: Io): Promise<void> {
  if (quiet === true) return
  const { waiting } = archive.searchIndex.state()
  const unindexed = archive.searchIndex.unindexed.count()
  if (waiting > 0) {
    const what = `${plural(waiting, 'conversation')} added or changed since the search index was filled`
    const how = 'run `hansard backup`, or offline `hansard verify --repair`, to index the rest'
    await writeLine(io.stderr, `hansard: ${what}: ${how}`)
  }
  if (unindexed > 0) {
    const what = `${plural(unindexed, 'text')} could not be indexed and cannot be found`
    await writeLine(io.stderr, `hansard: ${what}: see \`hansard status\``)
  }
}
