import type { Archive } from '../../archive/archive.ts'
import type { SearchHit } from '../../archive/content/search.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { instantOf } from '../../model/instant.ts'
import { formatNumber, plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, type SelectionOptions } from '../options/selection-options.ts'
import { warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { noMatchHints } from '../terminal/no-match-hints.ts'
import { writeHits } from '../terminal/search-hits.ts'
import { writeJson, writeLines } from '../terminal/stdout.ts'

type SearchCommandOptions = GlobalOptions & SelectionOptions & { readonly text: readonly string[] }

/** The limit on a terminal and in a pipe; stderr says how many more there are. */
const DEFAULT_LIMIT = 20

/** `hansard search`: prints the matches, best first; with --json one object per match, without a limit. */
export async function searchCommand(options: SearchCommandOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const { limit = options.json ? undefined : DEFAULT_LIMIT, ...selection } = selectionOf(options)
    const text = options.text.join(' ')
    const hits = archive.search.find(text, { ...selection, limit })
    const found = options.json ? await writeObjects(hits, io) : await writeHits(hits, io)
    if (io.signal.aborted) return exitCodes.interrupted
    if (!options.quiet) await writeLines(io.stderr, notesOn(found, text, { ...selection, limit }, archive))
    await warnOfStaleIndex(archive, options, io)
    return exitCodes.done
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
