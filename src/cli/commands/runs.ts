import type { Archive } from '../../archive/archive.ts'
import type { StoredRun } from '../../archive/journal/runs.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { secondsBetween } from '../../model/duration.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { toReportGroup } from '../terminal/problem-lines.ts'
import { formatRunDetails, runColumns } from '../terminal/run-lines.ts'
import { writeJson, writeLines, widthOf } from '../terminal/stdout.ts'
import { writeTable } from '../terminal/table.ts'
import { noRun } from './changes.ts'

/** The options of `runs`. */
export interface RunsOptions extends GlobalOptions {
  /** The id of the only run to show. */
  readonly id?: number | undefined
  readonly limit: number
}

/**
 * `hansard runs`: prints how the last runs ended, newest first, or everything about one; with --json one object per line.
 */
export async function runsCommand(options: RunsOptions, io: Io): Promise<ExitCode> {
  const { id, limit, json = false } = options
  return await withArchive(options.archive, async (archive) => {
    if (id !== undefined) return await showRun(archive, id, json, io)
    const runs = archive.runs.recent(limit)
    if (json) {
      for (const run of runs) await writeJson(io.stdout, toJson(run))
      return exitCodes.done
    }
    const count = await writeTable(io, runColumns, runs)
    if (count === 0 && io.stdout.isTTY) await writeLines(io.stdout, ['No backup has run yet.'])
    return exitCodes.done
  })
}

async function showRun(archive: Archive, id: number, json: boolean, io: Io): Promise<ExitCode> {
  const run = archive.runs.read(id)
  if (run === undefined) throw noRun(id)
  const range = { first: id, last: id }
  const changes = archive.changes.counts(range)
  const problems = archive.changes.failures(range).map(toReportGroup)
  if (json) await writeJson(io.stdout, { ...toJson(run), changes, problems })
  else await writeLines(io.stdout, formatRunDetails(run, changes, problems, widthOf(io.stdout)))
  return exitCodes.done
}

function toJson<Run extends StoredRun>(run: Run): Run & { seconds: number | null } {
  return { ...run, seconds: secondsBetween(run.startedAt, run.endedAt) }
}
