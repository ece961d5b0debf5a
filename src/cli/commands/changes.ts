import type { Archive } from '../../archive/archive.ts'
import { changeKinds, type RunRange } from '../../archive/journal/changes.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { HansardError } from '../../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { formatChanges, isNews, noRunLine, type Period } from '../terminal/changes-report.ts'
import { withPager } from '../terminal/pager.ts'
import { widthOf, writeJson, writeLines } from '../terminal/stdout.ts'

/** The options of `changes`. Without one: the last run. */
export interface ChangesOptions extends GlobalOptions {
  /** The id of a run. */
  readonly run?: number
  /** All runs that started at this time (ISO 8601) or later. */
  readonly since?: string
}

/**
 * `hansard changes`: prints which conversations the last run, another run, or several runs changed; with --json one object
 * per change. With --quiet it prints nothing if nothing changed.
 */
export async function changesCommand(options: ChangesOptions, io: Io): Promise<ExitCode> {
  const { json = false, quiet = false, verbose = false, since } = options
  return await withArchive(options.archive, async (archive) => {
    const range = rangeOf(archive, options)
    if (range === undefined) {
      if (!json) await writeLines(io.stdout, [noRunLine(archive, since)])
      return exitCodes.done
    }
    const period = { range, since }
    if (json) return await writeChanges(archive, period, io)
    if (quiet && !isNews(archive, period)) return exitCodes.done
    const layout = { width: widthOf(io.stdout), everything: verbose }
    return await withPager(options, io, async ({ stdout, signal }) => {
      for (const line of formatChanges(archive, period, layout)) {
        if (signal.aborted) return exitCodes.interrupted
        await writeLines(stdout, [line])
      }
      return exitCodes.done
    })
  })
}

/**
 * Returns the runs that are asked for; undefined if there are none.
 *
 * @throws HansardError `usage` if there is no run with this id
 */
function rangeOf({ runs }: Archive, { run: id, since }: ChangesOptions): RunRange | undefined {
  if (since !== undefined) return runs.since(since)
  const run = id === undefined ? runs.recent(1)[0] : runs.read(id)
  if (run !== undefined) return { first: run.id, last: run.id }
  if (id === undefined) return undefined
  throw noRun(id)
}

/** The error about the id of a run that does not exist. */
export function noRun(id: number): HansardError {
  return new HansardError('usage', `There is no run ${id}`, { hint: 'See `hansard runs` for all of them.' })
}

async function writeChanges(archive: Archive, { range }: Period, io: Io): Promise<ExitCode> {
  for (const kind of changeKinds) {
    for (const { change, id, ...facts } of archive.changes.list(kind, range)) {
      if (io.signal.aborted) return exitCodes.interrupted
      await writeJson(io.stdout, { change, id, title: archive.conversations.title(id), ...facts })
    }
  }
  return exitCodes.done
}
