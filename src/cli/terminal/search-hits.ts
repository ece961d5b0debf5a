import type { SearchHit } from '../../archive/content/search.ts'
import { instantOf } from '../../model/instant.ts'
import { formatNumber } from '../../model/plural.ts'
import { formatAge } from '../../model/relative-time.ts'
import type { Snippet } from '../../model/search/snippet.ts'
import type { Io } from '../io.ts'
import { colorsFor } from './colors.ts'
import { writeTable, type Column } from './table.ts'
import { defuseLine, fit } from './terminal-text.ts'

/** Writes matches as a table, on a terminal with their snippets below, and returns how many there were. */
export async function writeHits(hits: Iterable<SearchHit>, io: Io): Promise<number> {
  const columns = columnsOf(io)
  if (!io.stdout.isTTY) return await writeTable(io, [...columns, snippetColumn], hits)
  const { isColorSupported, bold } = colorsFor(io)
  const mark = isColorSupported ? { ...unmarked, style: bold } : inBrackets
  const below = ({ snippet }: SearchHit, width: number) => `  ${formatSnippet(snippet, width - 2, mark)}`
  return await writeTable(io, columns, hits, { below })
}

function columnsOf({ now }: Io): Column<SearchHit>[] {
  return [
    { name: 'id', heading: 'CONVERSATION', value: ({ id }) => id },
    {
      name: 'position',
      heading: 'ENTRY',
      value: ({ position }) => position,
      show: ({ position }) => (position === null ? 'details' : String(position)),
      align: 'right',
    },
    {
      name: 'created_at',
      heading: 'CREATED',
      value: ({ createdAt }) => instantOf(createdAt ?? '') ?? createdAt,
      show: ({ createdAt }) => formatAge(createdAt ?? '', now()),
    },
    {
      name: 'matching_entries',
      heading: 'MATCHING',
      value: ({ matchingEntries }) => matchingEntries,
      show: ({ matchingEntries }) => formatNumber(matchingEntries),
      align: 'right',
      minWidth: 130,
    },
    { name: 'gone_at', value: ({ goneAt }) => goneAt, minWidth: Infinity },
    {
      name: 'title',
      value: ({ title }) => title,
      show: ({ title, goneAt }) => `${goneAt === null ? '' : '(gone) '}${title ?? ''}`,
      isCut: true,
    },
  ]
}

const snippetColumn: Column<SearchHit> = {
  name: 'snippet',
  value: ({ snippet }) => formatSnippet(snippet, Infinity, inBrackets),
}

/** What stands around a match, and how it looks. */
interface Mark {
  readonly before: string
  readonly after: string
  readonly style: (text: string) => string
}

const unmarked: Mark = { before: '', after: '', style: (text) => text }
const inBrackets: Mark = { ...unmarked, before: '[', after: ']' }

/** Marks the matches, and makes the text harmless piece by piece, because styles are control codes. */
function formatSnippet({ text, marks }: Snippet, width: number, mark: Mark): string {
  let line = ''
  let plain = ''
  for (const [piece, { before, after, style }] of piecesOf(text, marks, mark)) {
    const words = defuseLine(piece).replaceAll(/ {2,}/g, ' ')
    const longer = `${plain}${before}${plain === '' ? words.trimStart() : words}${after}`
    const fitted = fit(longer, width)
    const rest = fitted.slice(fitted === longer ? plain.length : commonLength(plain, fitted))
    if (rest !== '') line += style(rest)
    if (fitted !== longer) break
    plain = longer
  }
  return line
}

function* piecesOf(text: string, marks: Snippet['marks'], mark: Mark): Generator<readonly [string, Mark]> {
  let at = 0
  for (const [start, end] of marks) {
    yield [text.slice(at, start), unmarked]
    yield [text.slice(start, end), mark]
    at = end
  }
  yield [text.slice(at), unmarked]
}

function commonLength(left: string, right: string): number {
  let length = 0
  while (length < left.length && left[length] === right[length]) length++
  return length
}
