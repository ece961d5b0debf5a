import { withArchive } from '../../archive/with-archive.ts'
import type { SearchHit } from '../../archive/content/search.ts'
import { cutTime } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import type { Snippet } from '../../model/search/snippet.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, type SelectionOptions } from '../options/selection-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfMissing, warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { colorsFor, widthOf, writeJson, writeLine, writeLines } from '../terminal/stdout.ts'
import { defuseLine, fit } from '../terminal/terminal-text.ts'

type SearchCommandOptions = GlobalOptions & SelectionOptions & { readonly text: readonly string[] }

/** The default limit; stderr says when there are more matches. */
const DEFAULT_LIMIT = 20

/** `hansard search`: prints one line per match, best first; with --json one object per match, without a limit. */
export async function searchCommand(given: SearchCommandOptions, io: Io): Promise<ExitCode> {
  return await withArchive(given.archive, async (archive) => {
    const options = withWholeIds(archive, given)
    await warnOfMissing(archive, options.id, io)
    const { limit, ...selection } = selectionOf(options)
    const most = limit ?? (options.json ? Infinity : DEFAULT_LIMIT)
    const text = options.text.join(' ')
    const hits = archive.search.find(text, selection)
    const line = options.json ? undefined : layoutFor(io)
    let found = 0
    for (const hit of hits) {
      if (io.signal.aborted) return exitCodes.interrupted
      if (++found > most) break
      if (line === undefined) await writeJson(io.stdout, toJson(hit))
      else await writeLine(io.stdout, line(hit))
    }
    if (!options.quiet) {
      if (found === 0) await writeLines(io.stderr, [`No match for ${text}`])
      if (found > most && limit === undefined)
        await writeLine(io.stderr, `Showing the best ${DEFAULT_LIMIT}; use --limit to show more.`)
    }
    await warnOfStaleIndex(archive, options, io)
    return exitCodes.done
  })
}

function toJson({ snippet: { text, marks }, ...hit }: SearchHit): object {
  return { ...hit, snippet: text, marks }
}

/** On a terminal a match takes two lines that fit its width; in a pipe, one line with everything. */
function layoutFor(io: Io): (hit: SearchHit) => string {
  const colors = colorsFor(io)
  const mark = colors.isColorSupported ? colors.bold : (text: string) => `[${text}]`
  const width = widthOf(io.stdout)
  if (width === Infinity) return (hit) => `${formatFacts(hit)}  ${withMarks(hit.snippet, width, mark)}`
  return (hit) => `${fit(formatFacts(hit), width)}\n  ${withMarks(hit.snippet, width - 2, mark)}`
}

function formatFacts({ id, position, createdAt, name, goneAt, entries }: SearchHit): string {
  const place = position === null ? 'details' : `entry ${position}`
  const others = entries > 1 ? `${plural(entries, 'entry')} match` : undefined
  const title = `${goneAt === null ? '' : '(gone) '}${name ?? ''}`
  const facts = [id, place, cutTime(createdAt ?? '', 'day'), others, title]
  return defuseLine(facts.filter(Boolean).join('  '))
}

/** Neutralizes the text piece by piece, because the marks themselves are control codes. */
function withMarks({ text, marks }: Snippet, width: number, mark: (text: string) => string): string {
  let line = ''
  let plain = ''
  let at = 0
  const add = (piece: string, show: (text: string) => string): boolean => {
    const harmless = defuseLine(piece)
    const fitted = fit(plain + harmless, width)
    const isWhole = fitted === plain + harmless
    const rest = isWhole ? harmless : fitted.slice(commonLength(plain, fitted))
    line += rest === '' ? '' : show(rest)
    plain += harmless
    return isWhole
  }
  for (const [start, end] of marks) {
    if (!add(text.slice(at, start), (piece) => piece) || !add(text.slice(start, end), mark)) return line
    at = end
  }
  add(text.slice(at), (piece) => piece)
  return line
}

function commonLength(left: string, right: string): number {
  let length = 0
  while (length < left.length && left[length] === right[length]) length++
  return length
}
