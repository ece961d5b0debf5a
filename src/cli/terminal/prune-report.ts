import { formatCounts, nonZero, plural } from '../../model/plural.ts'
import type { DeletionReport } from './deletion-report.ts'

/** Formats the totals of `prune`. */
export function formatPruneTotals({ counts }: DeletionReport, isDeleting: boolean): string {
  const { 'would-delete': wouldDelete, deleted, gone, kept } = counts
  const others = nonZero({ 'already gone': gone, kept })
  if (isDeleting) {
    const comfort = deleted === 0 ? '' : ' The archive keeps all of them.'
    return `${formatCounts({ deleted, ...others })}.${comfort}`
  }
  const rest = kept > 0 ? `, ${formatCounts({ kept })}` : ''
  const them = plural(wouldDelete, 'conversation')
  return `${them} would be deleted, if still as archived${rest}. Nothing was deleted; use --yes to delete.`
}
