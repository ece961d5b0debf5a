import type { BackupResult } from '../../backup/backup-options.ts'
import { hintOf, messageOf } from '../../errors.ts'
import { formatDuration } from '../../model/duration.ts'
import { formatCounts, formatNumber, nonZero } from '../../model/plural.ts'
import { formatReport, ReportCollector, reasonOf, type ReportGroup, type ReportLayout } from './report.ts'
import type { Column } from './table.ts'

/** How the backup of one of several accounts ended. Without a result or an error it has not begun. */
export interface AccountEnd {
  /** The name of its profile. */
  readonly name: string
  readonly archive: string
  readonly result?: BackupResult
  /** What failed in its archive, also in earlier runs. */
  readonly problems?: readonly ReportGroup[]
  readonly error?: unknown
}

/** The columns of the table of `backup --all`. */
export const accountColumns: readonly Column<AccountEnd>[] = [
  { name: 'profile', value: ({ name }) => name },
  { name: 'outcome', value: outcomeOf },
  ...(['listed', 'new', 'updated', 'failed', 'gone', 'requests'] as const).map(
    (name): Column<AccountEnd> => ({
      name,
      value: ({ result }) => result?.[name] ?? null,
      show: ({ result }) => (result === undefined ? '' : formatNumber(result[name])),
      align: 'right',
      minWidth: name === 'listed' || name === 'requests' ? 100 : 80,
    }),
  ),
  {
    name: 'seconds',
    heading: 'DURATION',
    value: ({ result }) => result?.seconds ?? null,
    show: ({ result }) => (result === undefined ? '' : formatDuration(result.seconds)),
    align: 'right',
    minWidth: 80,
  },
  { name: 'archive', value: ({ archive }) => archive, minWidth: Infinity },
  { name: 'reason', value: reasonOfEnd, isCut: true },
]

function outcomeOf({ result, error }: AccountEnd): string {
  return result?.outcome ?? (error === undefined ? 'not begun' : 'failed')
}

function reasonOfEnd({ name, result, error }: AccountEnd): string {
  if (error !== undefined) return messageOf(error)
  if (result === undefined || result.outcome === 'done') return ''
  if (result.outcome === 'interrupted') return 'the next run continues from here'
  const failed = formatCounts(nonZero({ 'conversations failed': result.failed }))
  const reason = result.reason ?? ''
  return [failed, reason, `see \`hansard status --profile ${name}\``].filter(Boolean).join('; ')
}

/** Formats why accounts are not complete, by reason, so that 200 accounts of a dead host need a few lines. */
export function formatUnfinished(ends: readonly AccountEnd[], layout: ReportLayout): string[] {
  if (ends.length === 0) return []
  const collector = new ReportCollector()
  for (const end of ends) {
    const why = reasonOfEnd(end) || outcomeOf(end)
    const hint = hintOf(end.error)
    const reason = end.error === undefined ? outcomeOf(end) : reasonOf(messageOf(end.error))
    collector.add({ reason, noun: 'account', hint }, `${end.name}: ${why}`)
  }
  return ['Not complete:', ...formatReport(collector.groups(), layout).map((line) => `  ${line}`)]
}
