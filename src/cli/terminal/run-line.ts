import type { StoredRun } from '../../archive/journal/runs.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { defuseLine } from './terminal-text.ts'

/** A run on one line: when, what, how it ended, its books. */
export function lineOfRun(run: StoredRun): string {
  const when = cutTimeUtc(run.startedAt, 'minute')
  const why = run.reason === null ? '' : ` (${defuseLine(run.reason)})`
  const stored = `${run.new} new, ${run.updated} updated`
  const failed = `${run.failed} failed`
  if (run.outcome === null)
    return `${run.id}  ${when}  ${run.command}: did not end (killed, or still running); ${stored}, ${failed} so far`
  const counts = `${run.listed} listed, ${stored}, ${run.unchanged} unchanged, ${failed}`
  const completeness =
    run.complete === null ? '' : run.complete === 1 ? '; complete' : '; completeness not verified'
  return `${run.id}  ${when}  ${run.command}: ${run.outcome}${why}; ${counts}${completeness}`
}
