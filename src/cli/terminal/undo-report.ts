import { formatCounts } from '../../model/plural.ts'
import type { Undone } from '../../replay/run/undo.ts'
import { formatReport, ReportCollector } from './report.ts'

/** Lines for what happened to the copies; the totals need one more. */
const MAX_UNDO_LINES = 38

/** Collects what `replay undo` did, or would do, with each copy. */
export class UndoReport {
  readonly counts: Record<Undone['what'], number> = { 'would-delete': 0, deleted: 0, gone: 0, kept: 0 }
  readonly #all = new ReportCollector()
  readonly #kept = new ReportCollector()

  add(undone: Undone): void {
    const { what, reason } = undone
    this.counts[what]++
    const text = reason === undefined ? labels[what] : `${labels[what]}: ${reason}`
    const group = { reason: text, noun: 'copy', hint: what === 'kept' ? KEPT : undefined }
    for (const report of what === 'kept' ? [this.#all, this.#kept] : [this.#all])
      report.add(group, exampleOf(undone))
  }

  /** Whether anything was reported. */
  get isAny(): boolean {
    return this.#all.count > 0
  }

  /** Formats the totals, then the copies by what happened to them. */
  lines(isDeleting: boolean, width: number): string[] {
    return [this.#summary(isDeleting), ...formatReport(this.#all.groups(), { lines: MAX_UNDO_LINES, width })]
  }

  /** Formats the copies that were kept. */
  keptLines(width: number): string[] {
    return formatReport(this.#kept.groups(), { lines: MAX_UNDO_LINES, width })
  }

  #summary(isDeleting: boolean): string {
    const { 'would-delete': wouldDelete, deleted, gone, kept } = this.counts
    const others = { 'already gone': gone, kept }
    if (isDeleting) return `${formatCounts({ deleted, ...others })}.`
    const planned = formatCounts({ 'would be deleted': wouldDelete, ...others })
    return `${planned}. Nothing was deleted; use --yes to delete.`
  }
}

/** Formats what happened to a copy as one line of a complete list. */
export function formatUndone(undone: Undone): string {
  const { what, reason } = undone
  return `${labels[what]}: ${exampleOf(undone)}${reason === undefined ? '' : `: ${reason}`}`
}

function exampleOf({ id, targetId }: Undone): string {
  return `${targetId}, the copy of ${id}`
}

const KEPT = 'Look at it in the target, and delete it there if nobody needs it.'

const labels: Readonly<Record<Undone['what'], string>> = {
  'would-delete': 'would be deleted',
  deleted: 'deleted',
  gone: 'already gone',
  kept: 'kept',
}
