import type { StoredRun } from '../archive/runs.ts'
import { defuseLine } from './terminal-text.ts'

/** A run on one line: when, what, how it ended, its books. */
export function lineOfRun(run: StoredRun): string {
  const when = run.startedAt.slice(0, 16).replace('T', ' ')
  const why = run.reason === null ? '' : ` (${defuseLine(run.reason)})`
  const counts = `${run.listed} listed, ${run.new} new, ${run.updated} updated, ${run.unchanged} unchanged, ${run.failed} failed`
  const completeness =
    run.complete === null ? '' : run.complete === 1 ? '; complete' : '; not shown to be complete'
  return `${run.id}  ${when}  ${run.command}: ${run.outcome ?? 'did not end'}${why}; ${counts}${completeness}`
}
