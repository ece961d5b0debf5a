import type { Pruned } from '../../backup/prune/pruner.ts'
import { formatCounts, nonZero, plural } from '../../model/plural.ts'
import { formatReport, reasonOf, ReportCollector } from './report.ts'

/** What became of a conversation, or would. */
export type Prunable = Omit<Pruned, 'what'> & { readonly what: Pruned['what'] | 'would-delete' }

/** Lines for the conversations; the totals need two more. */
const MAX_LINES = 37

/** Collects what `prune` did, or would do, with each conversation. */
export class PruneReport {
  readonly counts: Record<Prunable['what'], number> = { 'would-delete': 0, deleted: 0, gone: 0, kept: 0 }
  readonly #all = new ReportCollector()
  readonly #kept = new ReportCollector()

  add({ id, what, reason }: Prunable): void {
    this.counts[what]++
    const group = { reason: reason === undefined ? labels[what] : `${labels[what]}: ${reasonOf(reason)}` }
    const example = reason === undefined ? id : `${id}: ${reason}`
    for (const report of what === 'kept' ? [this.#all, this.#kept] : [this.#all]) report.add(group, example)
  }

  /** Whether anything was reported. */
  get isAny(): boolean {
    return this.#all.count > 0
  }

  /** Formats the totals, then the conversations by what happened to them. */
  lines(isDeleting: boolean, width: number): string[] {
    return [this.#summary(isDeleting), ...formatReport(this.#all.groups(), { lines: MAX_LINES, width })]
  }

  /** Formats the conversations that were kept. */
  keptLines(width: number): string[] {
    return formatReport(this.#kept.groups(), { lines: MAX_LINES, width })
  }

  #summary(isDeleting: boolean): string {
    const { 'would-delete': wouldDelete, deleted, gone, kept } = this.counts
    const others = nonZero({ 'already gone': gone, kept })
    if (isDeleting) return `${formatCounts({ deleted, ...others })}. The archive keeps all of them.`
    const rest = kept > 0 ? `, ${formatCounts({ kept })}` : ''
    const them = plural(wouldDelete, 'conversation')
    return `${them} would be deleted, if still as archived${rest}. Nothing was deleted; use --yes to delete.`
  }
}

/** Formats what became of a conversation as one line of a complete list. */
export function formatPruned({ id, what, reason }: Prunable): string {
  return `${labels[what]}: ${id}${reason === undefined ? '' : `: ${reason}`}`
}

const labels: Readonly<Record<Prunable['what'], string>> = {
  'would-delete': 'would be deleted',
  deleted: 'deleted',
  gone: 'already gone',
  kept: 'kept',
}
