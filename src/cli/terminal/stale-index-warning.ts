import type { Archive } from '../../archive/archive.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { plural } from './plural.ts'
import { writeLine } from './stdout.ts'

/** Says on stderr what a search can't find because it is not in the index, and what to do about it. */
export async function warnOfStaleIndex(archive: Archive, { quiet }: GlobalOptions, io: Io): Promise<void> {
  if (quiet === true) return
  const { waiting } = archive.searchIndex.state()
  const unindexed = archive.searchIndex.unindexed.count()
  if (waiting > 0) {
    const what = `${plural(waiting, 'conversation')} came or changed since the search index was filled`
    const how = 'the next `hansard backup` adds what is missing, or offline `hansard verify --repair`'
    await writeLine(io.stderr, `hansard: ${what}: ${how}`)
  }
  if (unindexed > 0) {
    const what = `${plural(unindexed, 'text')} could not be put into the search index and cannot be found`
    await writeLine(io.stderr, `hansard: ${what}: see \`hansard status\``)
  }
}
