import type { Archive } from '../../archive/archive.ts'
import type { ListedConversation } from '../../archive/content/conversations.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { instantOf } from '../../model/instant.ts'
import { formatNumber, plural } from '../../model/plural.ts'
import { formatAge, formatWhen } from '../../model/relative-time.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, selects, type SelectionOptions } from '../options/selection-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfMissing, warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { withPager } from '../terminal/pager.ts'
import { widthOf, writeJson, writeLines } from '../terminal/stdout.ts'
import { writeTable, type Column } from '../terminal/table.ts'
import { fit } from '../terminal/terminal-text.ts'

/** `hansard list`: prints one line per conversation, newest first; with --json one object per line. */
export async function listCommand(given: GlobalOptions & SelectionOptions, io: Io): Promise<ExitCode> {
  return await withArchive(given.archive, async (archive) => {
    const options = withWholeIds(archive, given)
    await warnOfMissing(archive, options.id, io)
    const selection = selectionOf(options)
    const limit = selection.limit ?? (options.json ? undefined : screenful(io.stdout))
    const rows = inUtc(archive.conversations.list({ ...selection, limit }))
    let shown = 0
    let isRead = false
    const isScreenful = limit !== undefined && selection.limit === undefined
    const exitCode = await withPager(
      { ...options, pager: options.pager !== false && !isScreenful },
      io,
      async (paged) => {
        shown = options.json
          ? await writeObjects(paged, rows)
          : await writeTable(paged, columnsFor(paged), rows)
        isRead = !paged.signal.aborted
        return isRead ? exitCodes.done : exitCodes.interrupted
      },
    )
    if (!options.quiet && isRead) {
      const isCut = selection.limit === undefined && shown === limit
      const note =
        shown === 0 ? noteOfNone(archive, options) : isCut ? noteOfMore(archive, selection, shown) : []
      await writeLines(io.stderr, note)
    }
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    return exitCode
  })
}

/** Rewrites times of the API in other zones. */
function* inUtc(rows: Iterable<ListedConversation>): Generator<ListedConversation> {
  const utc = (time: string | null) => instantOf(time ?? '') ?? time
  for (const row of rows) yield { ...row, createdAt: utc(row.createdAt), updatedAt: utc(row.updatedAt) }
}

async function writeObjects({ stdout, signal }: Io, rows: Iterable<ListedConversation>): Promise<number> {
  let count = 0
  for (const row of rows) {
    if (signal.aborted) break
    await writeJson(stdout, row)
    count++
  }
  return count
}

/** The rows that fit a terminal beside the heading, the command and the notes; a pipe gets all. */
function screenful(stdout: Io['stdout']): number | undefined {
  if (!stdout.isTTY) return undefined
  const lines = (stdout.rows || 24) - 4
  return Math.max(5, widthOf(stdout) < ONE_LINE ? Math.floor(lines / 2) : lines)
}

/** Says why nothing is shown. */
function noteOfNone({ conversations }: Archive, options: SelectionOptions): string[] {
  if (conversations.count() === 0) return ['The archive has no conversations']
  if (selects(options)) return ['No conversation matches the selection.']
  return ['All conversations are gone upstream: show them with --include-gone']
}

/** Says how many more there are, and how to see them. */
function noteOfMore({ conversations }: Archive, selection: Selection, shown: number): string[] {
  const all = conversations.countSelected(selection)
  const what = `Showing the newest ${formatNumber(shown)} of ${plural(all, 'conversation')}`
  return all > shown ? [`${what}; to see all, use --limit ${all}`] : []
}

/** Below this width, an id has a line of its own. */
const ONE_LINE = 80
const WIDE = 120
const WIDEST = 150

/** The last change is what the list is sorted by. A terminal gets the columns that fit, a pipe gets all. */
function columnsFor({ stdout, now }: Io): Column<ListedConversation>[] {
  const formatTime = widthOf(stdout) < WIDE ? formatAge : formatWhen
  const today = now()
  return [
    { name: 'id', value: ({ id }) => id },
    { name: 'created_at', value: ({ createdAt }) => createdAt, minWidth: Infinity },
    {
      name: 'updated_at',
      heading: 'UPDATED',
      value: ({ updatedAt }) => updatedAt,
      show: ({ updatedAt, createdAt }) => formatTime(updatedAt ?? createdAt ?? '', today),
    },
    { name: 'entries', value: ({ entries }) => entries, align: 'right' },
    {
      name: 'model',
      value: ({ model }) => model,
      show: ({ model, agentId }) => fit(model ?? agentId ?? '', 37),
      minWidth: WIDEST,
    },
    { name: 'agent_id', value: ({ agentId }) => agentId, minWidth: Infinity },
    { name: 'gone_at', value: ({ goneAt }) => goneAt, minWidth: Infinity },
    {
      name: 'title',
      value: ({ title }) => title,
      show: ({ title, goneAt }) => `${goneAt === null ? '' : '(gone) '}${title ?? ''}`,
      isCut: true,
    },
  ]
}
