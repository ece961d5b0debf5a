import type { StoredRun } from '../../archive/journal/runs.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { formatNumber, plural } from '../../model/plural.ts'
import { formatAge } from '../../model/relative-time.ts'
import { formatOutcome } from './run-outcome.ts'

/** What is known about the backups of an archive. */
export interface BackupState {
  /** The last backup of the whole account that stored everything and whose listing was verified complete. */
  readonly lastComplete: StoredRun | undefined
  /** The last run (`Runs.lastOfAccount`). */
  readonly lastRun: StoredRun | undefined
  /** Number of conversations in the archive. */
  readonly stored: number
  /** The time since when a complete backup is expected (--max-age); undefined if none is. */
  readonly expectedSince: string | undefined
}

/** Returns whether a backup was expected and there is none. */
export function isOverdue({ lastComplete, expectedSince }: BackupState): boolean {
  if (expectedSince === undefined) return false
  return !(Date.parse(lastComplete?.startedAt ?? '') >= Date.parse(expectedSince))
}

/** Formats whether there is a backup that can be trusted, how old it is, and what is wrong with the last run. */
export function formatVerdict(state: BackupState, now: Date): string[] {
  const { expectedSince } = state
  const overdue = `Overdue: --max-age expects one since ${cutTimeUtc(expectedSince ?? '', 'minute')}.`
  return [
    formatLastComplete(state, now),
    ...(isOverdue(state) ? [overdue] : []),
    ...problemsOfLastRun(state).map((sentence) => `${sentence}.`),
  ]
}

/** Returns what is wrong with the last run, as sentences without a full stop; nothing if it is complete. */
export function problemsOfLastRun({ lastComplete, lastRun, stored }: BackupState): string[] {
  if (lastRun !== undefined && lastRun.id === lastComplete?.id) return []
  const what =
    lastRun === undefined
      ? 'No backup of the account has run yet: run `hansard backup`'
      : `The last run (${lastRun.id}, ${cutTimeUtc(lastRun.startedAt, 'minute')}) ${formatOutcome(lastRun)}`
  const rest = `${plural(stored, 'conversation')} stored so far, which may not be all`
  return lastComplete === undefined && stored > 0 ? [what, rest] : [what]
}

function formatLastComplete({ lastComplete, stored }: BackupState, now: Date): string {
  if (lastComplete === undefined) return 'Last verified-complete backup: never'
  const { startedAt, listed } = lastComplete
  const when = `${formatAge(startedAt, now)} (${cutTimeUtc(startedAt, 'minute')})`
  const empty =
    stored === 0
      ? 'the account was empty'
      : `the account was empty; all ${formatNumber(stored)} archived are gone`
  return `Last verified-complete backup: ${when}${listed === 0 ? `: ${empty}` : ''}`
}
