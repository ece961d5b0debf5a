import type { StoredRun } from '../../archive/journal/runs.ts'
import { formatNumber, plural } from '../../model/plural.ts'

/** Says how a run ended and why, after the words `Run 12`. */
export function formatOutcome(run: StoredRun): string {
  const { outcome, reason, complete } = run
  switch (outcome) {
    case null:
      return 'did not end: it was killed, or is still running'
    case 'failed':
      return `failed: ${reason ?? 'unknown reason'}`
    case 'interrupted':
      return 'was interrupted; the next backup continues from there'
    case 'partial':
      return `was partial: ${describeGaps(run)}`
    case 'done':
      return complete === true ? 'is done, and its listing was verified complete' : 'is done'
  }
}

function describeGaps({ failed, listed, complete, reason }: StoredRun): string {
  const gaps = [
    ...(failed > 0 ? [`${formatNumber(failed)} of ${plural(listed, 'conversation')} failed`] : []),
    ...(reason !== null ? [reason] : []),
    ...(complete !== true && reason === null ? ['the listing was not verified complete'] : []),
  ]
  return gaps.join('; ')
}
