import type { CopyState } from '../../archive/ledger/replay-copies.ts'
import { formatReport, reasonOf, ReportCollector, type ReportGroup, type ReportLayout } from './report.ts'

/** A copy that a person should look at, and why. */
export interface NotedCopy {
  /** The id of the conversation at the source. */
  readonly id: string
  readonly state: CopyState
  readonly reason: string | null
  /** The id of the copy at the target, if it is known. */
  readonly targetId?: string | null
}

/** Collects copies that a person should look at, by state and reason. */
export class CopyReport {
  readonly #copies = new ReportCollector()

  add(copy: NotedCopy): void {
    const { state, reason } = copy
    const common = state === 'blocked' ? '' : reasonOf(reason ?? '') // `replay plan` groups what blocks
    const group = { reason: reasonText(state, common), noun: nouns[state], hint: hints[state] }
    this.#copies.add(group, exampleOf(copy))
  }

  groups(): ReportGroup[] {
    return this.#copies.groups()
  }

  lines(layout: ReportLayout): string[] {
    return formatReport(this.groups(), layout)
  }
}

/** Formats a copy as one line of a complete list. */
export function formatNotedCopy(copy: NotedCopy): string {
  return `${copy.state}: ${exampleOf(copy)}`
}

function exampleOf({ id, targetId, reason }: NotedCopy): string {
  const where = targetId == null ? id : `${id} (${targetId})`
  return reason === null || reason === '' ? where : `${where}: ${reason}`
}

function reasonText(state: CopyState, reason: string): string {
  return reason === '' ? state : `${state}: ${reason}`
}

/** What was not sent has no copy. */
const nouns: Readonly<Partial<Record<CopyState, string>>> = {
  ...{ pending: 'conversation', failed: 'conversation', blocked: 'conversation', stale: 'conversation' },
  ...{ open: 'copy', done: 'copy', uncertain: 'copy', diverged: 'copy', undone: 'copy' },
}

const hints: Readonly<Partial<Record<CopyState, string>>> = {
  open: 'Run `hansard replay run` again: it searches for the copy before it sends anything.',
  uncertain:
    'Look at the target and decide: `hansard replay run --resolve ID=COPY`, or `ID=none` to send it again.',
  failed: 'Run `hansard replay run` again once the cause is gone.',
  blocked: '`hansard replay plan` says what is missing.',
  stale: '`hansard replay run --again` copies them as they are now.',
  diverged: 'The copies end early. `hansard replay verify --verbose` shows where.',
}
