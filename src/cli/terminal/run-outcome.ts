import type { StoredRun } from '../../archive/journal/runs.ts'
import { plural } from '../../model/plural.ts'

/** Says how a run ended and why, after the words `Run 12`. */
export function formatOutcome({ outcome, reason, failed, complete }: StoredRun): string {
  const why = reason ?? (failed > 0 ? `${plural(failed, 'conversation')} failed` : undefined)
  const because = why === undefined ? '' : `: ${why}`
  switch (outcome) {
    case null:
      return 'did not end: it was killed, or is still running'
    case 'failed':
      return `failed${because}`
    case 'interrupted':
      return 'was interrupted'
    case 'partial':
      return `was partial${because || (complete === false ? ': completeness not verified' : '')}`
    case 'done':
      return complete === true ? 'is done, and its listing was verified complete' : 'is done'
  }
}
