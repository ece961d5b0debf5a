import type { Archive } from '../../archive/archive.ts'
import type { SearchHit } from '../../archive/content/search.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { instantOf } from '../../model/instant.ts'
import { formatNumber, plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, type SelectionOptions } from '../options/selection-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfMissing, warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { noMatchHints } from '../terminal/no-match-hints.ts'
import { withPager } from '../terminal/pager.ts'
import { writeHits } from '../terminal/search-hits.ts'
import { writeJson, writeLines } from '../terminal/stdout.ts'

type SearchCommandOptions = GlobalOptions & SelectionOptions & { readonly text: readonly string[] }

/** The limit on a terminal and in a pipe; stderr says how many more there are. */
const DEFAULT_LIMIT = 20

/** `hansard search`: prints the matches, best first; with --json one object per match, without a limit. */
export async function searchCommand(given: SearchCommandOptions, io: Io): Promise<ExitCode> {
  return await withArchive(given.archive, async (archive) => {
    const options = withWholeIds(archive, given)
    await warnOfMissing(archive, options.id, io)
    const { limit = options.json ? undefined : DEFAULT_LIMIT, ...selection } = selectionOf(options)
    const text = options.text.join(' ')
    const hits = archive.search.find(text, { ...selection, limit })
    let found = 0
    let isRead = false
    const exitCode = await withPager(options, io, async (paged) => {
      found = options.json ? await writeObjects(hits, paged) : await writeHits(hits, paged)
      isRead = !paged.signal.aborted
      return isRead ? exitCodes.done : exitCodes.interrupted
    })
    if (isRead && !options.quiet)
      await writeLines(io.stderr, notesOn(found, text, { ...selection, limit }, archive))
    await warnOfStaleIndex(archive, options, io)
    return exitCode
  })
}

async function writeObjects(hits: Iterable<SearchHit>, io: Io): Promise<number> {
  let found = 0
  for (const { snippet, createdAt: time, ...hit } of hits) {
    if (io.signal.aborted) break
    const createdAt = instantOf(time ?? '') ?? time
    await writeJson(io.stdout, { ...hit, createdAt, snippet: snippet.text, marks: snippet.marks })
    found++
  }
  return found
}

/** What stderr says after the matches: how many more there are, or what to try if there are none. */
function notesOn(found: number, text: string, selection: Selection, archive: Archive): string[] {
  if (found === 0) return [`No match for ${text}`, ...noMatchHints(archive.search, text, selection)]
  if (found !== selection.limit) return []
  const all = archive.search.count(text, selection)
  return all > found
    ? [
        `Showing the best ${formatNumber(found)} of ${plural(all, 'match', 'matches')}; use --limit to show more.`,
      ]
    : []
}
