import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { HansardError, messageOf } from '../../errors.ts'
import { version } from '../../own-files.ts'
import type { Coverage } from '../terminal/coverage-lines.ts'
import type { RunReport } from './run-report.ts'

/** A metric, with a value for each set of labels. Names of people, accounts and files are no labels: metrics travel far. */
interface Metric {
  readonly name: string
  readonly help: string
  readonly values: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]
}

/**
 * Checks before a run that its metrics can be written after it.
 *
 * @throws HansardError `usage` if the folder is not there
 */
export function checkMetricsPath(path: string): void {
  if (existsSync(dirname(path))) return
  throw new HansardError('usage', `The folder of the metrics is not there: ${dirname(path)}`, {
    hint: 'Name a file in a folder that is there, with --metrics.',
  })
}

/**
 * Writes what a run did for the textfile collector of Prometheus's node exporter: into a file beside it, which then takes its
 * name, so that a scrape never sees a part.
 *
 * @throws HansardError `file` if it cannot be written
 */
export function writeMetrics(
  path: string,
  run: RunReport,
  coverage: readonly Coverage[],
  { startedAt, endedAt }: { readonly startedAt: Date; readonly endedAt: Date },
): void {
  const part = `${path}.${process.pid}.part`
  try {
    writeFileSync(part, formatMetrics(metricsOf(run, coverage, startedAt, endedAt)), { mode: 0o644 })
    renameSync(part, path)
  } catch (cause) {
    rmSync(part, { force: true })
    throw new HansardError('file', `Cannot write the metrics: ${messageOf(cause)}`, { cause })
  }
}

function metricsOf(run: RunReport, coverage: readonly Coverage[], startedAt: Date, endedAt: Date): Metric[] {
  const results = run.accounts.flatMap(({ result }) => (result === undefined ? [] : [result]))
  const sum = (of: (result: (typeof results)[number]) => number) =>
    results.reduce((all, each) => all + of(each), 0)
  const complete = results.filter(({ outcome }) => outcome === 'done').length
  const changes = (['new', 'updated', 'unchanged', 'failed', 'gone'] as const).map(
    (change) => [{ change }, sum((result) => result[change])] as const,
  )
  const lasts = coverage.flatMap(({ lastComplete }) => lastComplete?.startedAt ?? [])
  const oldest = lasts.length < coverage.length ? 0 : Math.min(...lasts.map((time) => Date.parse(time)))
  const single = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    values: [[{}, value]],
  })
  return [
    { name: 'build_info', help: 'The version of hansard.', values: [[{ version }, 1]] },
    single('run_start_timestamp_seconds', 'When the last run began.', startedAt.getTime() / 1000),
    single('run_end_timestamp_seconds', 'When the last run ended.', endedAt.getTime() / 1000),
    single('run_exit_code', 'The exit code of the last run; 0 if every account is complete.', run.exitCode),
    {
      name: 'run_accounts',
      help: 'Accounts of the last run.',
      values: [
        [{ outcome: 'complete' }, complete],
        [{ outcome: 'incomplete' }, run.accounts.length - complete],
      ],
    },
    {
      name: 'run_conversations',
      help: 'Conversations of the last run, by what became of them.',
      values: changes,
    },
    single(
      'run_requests',
      'Requests of the last run, retries included.',
      sum(({ requests }) => requests),
    ),
    single(
      'run_retries',
      'Retries of the last run.',
      sum(({ retries }) => retries),
    ),
    single(
      'run_received_bytes',
      'Bytes of the responses of the last run.',
      sum(({ bytes }) => bytes),
    ),
    single(
      'oldest_complete_backup_timestamp_seconds',
      'When the oldest of the last complete backups of all accounts began; 0 if an account has none.',
      oldest / 1000,
    ),
    single(
      'archive_conversations',
      'Conversations in all archives.',
      total(coverage, ({ holds }) => holds?.conversations),
    ),
    single(
      'archive_bytes',
      'Size of all archives.',
      total(coverage, ({ bytes }) => bytes),
    ),
  ]
}

function total(coverage: readonly Coverage[], of: (each: Coverage) => number | undefined): number {
  return coverage.reduce((all, each) => all + (of(each) ?? 0), 0)
}

function formatMetrics(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, help, values }) => [
    `# HELP hansard_${name} ${help}`,
    `# TYPE hansard_${name} gauge`,
    ...values.map(([labels, value]) => `hansard_${name}${formatLabels(labels)} ${value}`),
  ])
  return `${lines.join('\n')}\n`
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll(/[\\"\n]/g, '_')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
