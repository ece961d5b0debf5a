import type { Archive } from '../../archive/archive.ts'
import type { StoredRun } from '../../archive/journal/runs.ts'
import { messageOf } from '../../errors.ts'
import { formatMegabytes, formatNumber } from '../../model/plural.ts'
import { formatAge } from '../../model/relative-time.ts'
import type { Column } from './table.ts'

/** The backups of one of several accounts. Without a last run there is none yet. */
export interface Coverage {
  /** The name of its profile. */
  readonly profile: string
  readonly archive: string
  readonly lastComplete?: StoredRun | undefined
  readonly lastRun?: StoredRun | undefined
  readonly holds?: ReturnType<Archive['counts']>
  /** The size of the archive. */
  readonly bytes?: number
  /** Why the archive cannot be read. */
  readonly error?: unknown
}

/** Tells whether an account has a complete backup; with `since`, one that began after this ISO time. */
export function isCovered({ lastComplete }: Coverage, since: string | undefined): boolean {
  if (lastComplete === undefined) return false
  return since === undefined || Date.parse(lastComplete.startedAt) >= Date.parse(since)
}

/** Compares accounts by the start of their last complete backup; those without one come first. */
export function oldestFirst(a: Coverage, b: Coverage): number {
  const [first, second] = [a, b].map(({ lastComplete }) => lastComplete?.startedAt ?? '')
  return (first ?? '') < (second ?? '') ? -1 : first === second ? 0 : 1
}

/** The columns of the table of `status --all`. */
export function coverageColumns(now: Date): readonly Column<Coverage>[] {
  return [
    { name: 'profile', value: ({ profile }) => profile },
    {
      name: 'last_complete',
      heading: 'LAST COMPLETE',
      value: ({ lastComplete }) => lastComplete?.startedAt ?? null,
      show: ({ lastComplete }) =>
        lastComplete === undefined ? 'never' : formatAge(lastComplete.startedAt, now),
    },
    {
      name: 'last_run',
      heading: 'LAST RUN',
      value: ({ lastRun }) => (lastRun === undefined ? null : (lastRun.outcome ?? 'did not end')),
    },
    {
      name: 'conversations',
      value: ({ holds }) => holds?.conversations ?? null,
      show: ({ holds }) => (holds === undefined ? '' : formatNumber(holds.conversations)),
      align: 'right',
      minWidth: 80,
    },
    {
      name: 'bytes',
      heading: 'SIZE',
      value: ({ bytes }) => bytes ?? null,
      show: ({ bytes }) => (bytes === undefined ? '' : formatMegabytes(bytes)),
      align: 'right',
      minWidth: 80,
    },
    { name: 'archive', value: ({ archive }) => archive, minWidth: Infinity },
    { name: 'reason', value: reasonOf, isCut: true },
  ]
}

function reasonOf({ error, lastRun, lastComplete }: Coverage): string {
  if (error !== undefined) return messageOf(error)
  return lastRun === undefined || lastRun.id === lastComplete?.id ? '' : (lastRun.reason ?? '')
}
