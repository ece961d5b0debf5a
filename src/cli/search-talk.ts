import type { Archive } from '../archive/archive.ts'
import type { GlobalOptions, Io } from './io.ts'
import { writeLine } from './output.ts'
import { count } from './words.ts'

/** Says on stderr that conversations are missing from the search index, and which command puts them there. */
export async function warnOfStaleIndex(archive: Archive, { quiet }: GlobalOptions, io: Io): Promise<void> {
  const { waiting } = archive.searchIndex.state()
  if (waiting === 0 || quiet === true) return
  const what = `${count(waiting, 'conversation')} came or changed since the search index was filled`
  const how = 'the next `hansard backup` adds what is missing, or offline `hansard verify --repair`'
  await writeLine(io.stderr, `hansard: ${what}: ${how}`)
}
