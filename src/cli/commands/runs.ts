import type { StoredRun } from '../../archive/journal/runs.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { formatCounts } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeJson, writeLines } from '../terminal/stdout.ts'

/** `hansard runs`: prints how the last runs ended, newest first; with --json one object per line. */
export async function runsCommand(options: GlobalOptions & { limit: number }, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    for (const run of archive.runs.recent(options.limit)) {
      if (options.json) await writeJson(io.stdout, run)
      else await writeLines(io.stdout, [formatRun(run)])
    }
    return exitCodes.done
  })
}

/** Formats a run on one line: when, which command, how it ended, its counts. */
export function formatRun(run: StoredRun): string {
  const when = cutTimeUtc(run.startedAt, 'minute')
  const why = run.reason === null ? '' : ` (${run.reason})`
  const { listed, updated, unchanged, failed } = run
  if (run.outcome === null) {
    const counts = formatCounts({ new: run.new, updated, failed })
    return `${run.id}  ${when}  ${run.command}: did not end (killed, or still running); ${counts} so far`
  }
  const counts = formatCounts({ listed, new: run.new, updated, unchanged, failed })
  const completeness =
    run.complete === null ? '' : run.complete ? '; complete' : '; completeness not verified'
  return `${run.id}  ${when}  ${run.command}: ${run.outcome}${why}; ${counts}${completeness}`
}
