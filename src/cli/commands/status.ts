import { statSync } from 'node:fs'

import type { Archive } from '../../archive/archive.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { cutTime } from '../../model/instant.ts'
import { formatCounts, formatMegabytes, formatNumber, nonZero, plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeJson, writeLines } from '../terminal/stdout.ts'
import { formatRun } from './runs.ts'

/** `hansard status`: prints what the archive holds, how the last runs ended, and unresolved problems. */
export async function statusCommand(options: GlobalOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const status = readStatus(archive)
    if (options.json) await writeJson(io.stdout, status)
    else await writeLines(io.stdout, formatStatus(status))
    return exitCodes.done
  })
}

function readStatus(archive: Archive) {
  return {
    archive: archive.path,
    bytes: statSync(archive.path).size,
    holds: archive.counts(),
    dependencies: archive.dependencies.counts(),
    runs: archive.runs.recent(5),
    failures: archive.failures.open(),
    failedDependencies: archive.dependencies.failed(),
    unindexed: archive.searchIndex.unindexed.all(),
    alerts: archive.events.alerts(),
    events: archive.events.counts(),
    unknownShapes: archive.unknownShapes.all(),
  }
}

type Status = ReturnType<typeof readStatus>

function formatStatus(status: Status): string[] {
  const { archive, bytes, holds, runs } = status
  return [
    `${archive}, ${formatMegabytes(bytes)}`,
    `  ${plural(holds.conversations, 'conversation')} (${formatNumber(holds.gone)} gone upstream), ${plural(holds.entries, 'entry')}, ${plural(holds.revisions, 'revision')}`,
    `  ${dependencyLine(status)}`,
    ...section('Last runs, newest first:', runs.map(formatRun), 'No runs yet.'),
    ...section('Alerts (accept one with `hansard ack ID`):', status.alerts.map(alertLine)),
    ...section('Sent by the API, but not in its specification:', status.unknownShapes.map(shapeLine)),
    ...section('Unresolved:', unresolved(status), 'Nothing is unresolved.'),
  ]
}

function section(title: string, lines: readonly string[], otherwise?: string): string[] {
  if (lines.length > 0) return [title, ...lines.map((line) => `  ${line}`)]
  return otherwise === undefined ? [] : [otherwise]
}

function dependencyLine({ dependencies: { stored, expired, skipped, failed, wanted } }: Status): string {
  const others = nonZero({ expired, skipped, failed, 'not fetched yet': wanted })
  return `Agents and files: ${formatCounts({ stored, ...others })}`
}

function alertLine({ at, kind, conversation, detail }: Status['alerts'][number]): string {
  return `${cutTime(at, 'day')}  ${kind}: ${conversation ?? ''}: ${detail}`
}

function shapeLine({ kind, name, firstAt, times, example }: Status['unknownShapes'][number]): string {
  return `${kind} ${name}: ${plural(times, 'time')} since ${cutTime(firstAt, 'day')}, for example in ${example}`
}

function unresolved({ failures, failedDependencies, unindexed }: Status): string[] {
  return [
    ...failures.map(({ conversation, step, runs, message, acknowledgedAt }) => {
      const accepted = acknowledgedAt === null ? '' : ', acknowledged'
      return `${conversation} (${step}, ${plural(runs, 'run')}${accepted}): ${message}`
    }),
    ...failedDependencies.map(
      ({ kind, id, version, reason }) => `${kind} ${id}${version && ` v${version}`}: ${reason}`,
    ),
    ...unindexed.map(({ conversation, isEntry, reason, acknowledgedAt }) => {
      const accepted = acknowledgedAt === null ? '' : ', acknowledged'
      const what = isEntry ? 'an entry' : 'its name and description'
      return `${conversation ?? 'an older revision'} (search${accepted}): ${what} could not be indexed: ${reason}`
    }),
  ]
}
