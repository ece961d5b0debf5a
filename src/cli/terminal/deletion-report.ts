import { formatReport, reasonOf, ReportCollector, type ReportGroup } from './report.ts'

/** What became of one thing that a command deletes. `would-delete`: it only lists. */
export type DeletionOutcome = 'would-delete' | 'deleted' | 'gone' | 'kept'

/** One thing that was deleted or kept, with the text that shows it. */
export interface Deletion {
  readonly what: DeletionOutcome
  readonly example: string
  /** Why it is kept. */
  readonly reason?: string | undefined
}

/** Lines for the things; the totals need one or two more. */
const MAX_LINES = 37

/** Collects what a command did, or would do, with each thing that it deletes. Its memory does not grow with their number. */
export class DeletionReport {
  readonly counts: Record<DeletionOutcome, number> = { 'would-delete': 0, deleted: 0, gone: 0, kept: 0 }
  readonly #kind: Pick<ReportGroup, 'noun' | 'hint'>
  readonly #all = new ReportCollector()
  readonly #kept = new ReportCollector()

  /** @param kind what is counted, and what to do about those that are kept */
  constructor(kind: Pick<ReportGroup, 'noun' | 'hint'> = {}) {
    this.#kind = kind
  }

  add({ what, example, reason }: Deletion): void {
    this.counts[what]++
    const text = reason === undefined ? labels[what] : `${labels[what]}: ${reasonOf(reason)}`
    const isSame = reason === undefined || reasonOf(reason) === reason
    const { noun, hint } = this.#kind
    const group = { reason: text, noun, hint: what === 'kept' ? hint : undefined }
    for (const report of what === 'kept' ? [this.#all, this.#kept] : [this.#all])
      report.add(group, isSame ? example : `${example}: ${reason}`)
  }

  /** Whether anything was reported. */
  get isAny(): boolean {
    return this.#all.count > 0
  }

  /** Formats the totals, then the things by what happened to them. */
  lines(summary: string, width: number): string[] {
    return [summary, ...formatReport(this.#all.groups(), { lines: MAX_LINES, width })]
  }

  /** Formats the things that were kept. */
  keptLines(width: number): string[] {
    return formatReport(this.#kept.groups(), { lines: MAX_LINES, width })
  }
}

/** Formats what became of a thing as one line of a complete list. */
export function formatDeletion({ what, example, reason }: Deletion): string {
  return `${labels[what]}: ${example}${reason === undefined ? '' : `: ${reason}`}`
}

const labels: Readonly<Record<DeletionOutcome, string>> = {
  'would-delete': 'would be deleted',
  deleted: 'deleted',
  gone: 'already gone',
  kept: 'kept',
}
