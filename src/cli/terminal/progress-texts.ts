import type { CopyProgress } from '../../archive/integrity/snapshot-archive.ts'
import type { BackupProgress, BackupStep } from '../../backup/backup-options.ts'
import type { CompareStep } from '../../backup/compare-remote.ts'
import type { ExportProgress } from '../../export/export-archive.ts'
import { formatMegabytes, formatNumber, plural } from '../../model/plural.ts'
import type { StepProgress } from '../../model/step-progress.ts'
import type { ReplayProgress } from '../../replay/run/replay.ts'
import type { ReplayStep } from '../../replay/run/tally.ts'
import { formatCost } from './plan-table.ts'
import type { Shown } from './progress-line.ts'

/* What each library function reports, as a progress line shows it. */

type Text = Pick<Shown, 'noun' | 'what'>

const backupTexts: Readonly<Record<BackupStep, Text>> = {
  retry: { what: 'retrying failed conversations', noun: 'conversation' },
  list: { noun: 'conversation' },
  fetch: { noun: 'conversation' },
  'look-up': { what: 'looking up unlisted conversations', noun: 'conversation' },
  dependencies: { what: 'fetching agents and files', noun: 'item' },
  index: { what: 'filling the search index', noun: 'text' },
}

/** Shows the progress of a backup. */
export function showBackup({ step, books }: BackupProgress): Shown {
  const { new: fresh, updated, unchanged, failed } = books
  const others = { failed, new: fresh, updated, unchanged }
  return { ...backupTexts[step.name], step, others: nonZeroParts(step.name === 'index' ? {} : others) }
}

/** Shows only what a command waits for. */
export function showWaits(): Shown {
  return { noun: '', others: [] }
}

/** Shows a step of a backup that is a part of another command. */
export function showStep(step: StepProgress<BackupStep>): Shown {
  return { ...backupTexts[step.name], step, others: [] }
}

/** How many accounts of `backup --all` are done, and how many conversations were stored for them. */
export interface AccountsProgress {
  readonly done: number
  readonly total: number
  readonly stored: number
}

/** Shows the progress of `backup --all`. */
export function showAccounts({ done, total, stored }: AccountsProgress): Shown {
  const step = { name: 'accounts', done, total, isEstimated: false }
  return { noun: 'account', step, others: [`${plural(stored, 'conversation')} stored`] }
}

/** Shows the progress of a snapshot. */
export function showSnapshot({ bytes, totalBytes }: CopyProgress): Shown {
  if (bytes === totalBytes) return { what: 'checking the copy', noun: '', others: [] }
  return {
    what: 'copying',
    noun: '',
    others: [`${formatMegabytes(bytes)} of ${formatMegabytes(totalBytes)}`],
  }
}

const compareTexts: Readonly<Record<CompareStep, Text>> = {
  list: { noun: 'conversation' },
  selection: { noun: 'conversation' },
  unlisted: { what: 'looking up unlisted conversations', noun: 'conversation' },
}

/** Shows the progress of `verify --remote`. */
export function showComparison(step: StepProgress<CompareStep>): Shown {
  return { ...compareTexts[step.name], step, others: [] }
}

/** Shows the progress of \`prune\`. */
export function showPruning(step: StepProgress<'prune'>): Shown {
  return { noun: 'conversation', step, others: [] }
}

/** Shows the progress of an export. */
export function showExport({ conversations, entries, leftOut, total }: ExportProgress): Shown {
  const step = { name: 'export', done: conversations + leftOut, total, isEstimated: false }
  const others = [...nonZeroParts({ 'left out': leftOut }), plural(entries, 'entry')]
  return { noun: 'conversation', step, others }
}

const replayTexts: Readonly<Record<ReplayStep, Text>> = {
  reconcile: { what: 'finding out what became of lost requests', noun: '' },
  record: { what: 'storing the plan', noun: 'conversation' },
  search: { what: 'looking for earlier copies in the target', noun: '' },
  send: { noun: 'conversation' },
}

/** Shows the progress of `replay run`. */
export function showReplay({ step, ...totals }: ReplayProgress): Shown {
  const { failed, uncertain, tokensIn, tokensOut, cost } = totals
  const text = replayTexts[step.name]
  if (text.noun === '') return { ...text, others: [] }
  const spent = cost === null ? plural(tokensIn + tokensOut, 'token') : `cost ${formatCost(cost)}`
  return { ...text, step, others: [...nonZeroParts({ failed, uncertain }), spent] }
}

function nonZeroParts(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([word, number]) =>
    number === 0 ? [] : [`${formatNumber(number)} ${word}`],
  )
}
