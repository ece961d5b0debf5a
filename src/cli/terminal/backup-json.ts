import type { BackupResult } from '../../backup/backup-options.ts'
import type { ReportGroup } from './report.ts'

/** Returns what `backup --json` prints. `problems`: what failed in the archive, also in earlier runs. */
export function backupToJson(result: BackupResult, problems: readonly ReportGroup[]): object {
  const { run, outcome, seconds, complete, reason = null, ...counts } = result
  return { command: 'backup', run, ...counts, seconds, complete, outcome, reason, problems }
}
