import type { StoredRun } from '../../archive/journal/runs.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { formatCounts } from '../../model/plural.ts'
import { defuseLine } from './terminal-text.ts'

/** Formats a run on one line: when, which command, how it ended, its counts. */
export function formatRun(run: StoredRun): string {
  const when = cutTimeUtc(run.startedAt, 'minute')
  const why = run.reason === null ? '' : ` (${defuseLine(run.reason)})`
  const { listed, updated, unchanged, failed } = run
  if (run.outcome === null) {
    const counts = formatCounts({ new: run.new, updated, failed })
    return `${run.id}  ${when}  ${run.command}: did not end (killed, or still running); ${counts} so far`
  }
  const counts = formatCounts({ listed, new: run.new, updated, unchanged, failed })
  const completeness =
    run.complete === null ? '' : run.complete === 1 ? '; complete' : '; completeness not verified'
  return `${run.id}  ${when}  ${run.command}: ${run.outcome}${why}; ${counts}${completeness}`
}
