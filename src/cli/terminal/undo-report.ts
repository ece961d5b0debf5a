import { formatCounts } from '../../model/plural.ts'
import type { Undone } from '../../replay/run/undo.ts'
import { DeletionReport, type Deletion } from './deletion-report.ts'

/** Makes a report of what `replay undo` did, or would do, with each copy. */
export function undoReport(): DeletionReport {
  return new DeletionReport({ noun: 'copy', hint: KEPT })
}

const KEPT = 'Look at it in the target, and delete it there if nobody needs it.'

/** What became of a copy, for a report. */
export function deletionOf({ id, targetId, what, reason }: Undone): Deletion {
  return { what, reason, example: `${targetId}, the copy of ${id}` }
}

/** Formats the totals. */
export function formatUndoTotals({ counts }: DeletionReport, isDeleting: boolean): string {
  const { 'would-delete': wouldDelete, deleted, gone, kept } = counts
  const others = { 'already gone': gone, kept }
  if (isDeleting) return `${formatCounts({ deleted, ...others })}.`
  const planned = formatCounts({ 'would be deleted': wouldDelete, ...others })
  return `${planned}. Nothing was deleted; use --yes to delete.`
}
