import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { compareRemote, type Compared } from '../../backup/compare-remote.ts'
import type { ListingResult } from '../../backup/listing/proven-listing.ts'
import { isHansardError } from '../../errors.ts'
import { formatCounts, plural } from '../../model/plural.ts'
import { withAccount } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { selectionOf, selects, type SelectionOptions } from '../options/selection-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { showComparison } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { formatReport, reasonOf, ReportCollector } from '../terminal/report.ts'
import { widthOf, writeJson, writeLines, writeResult } from '../terminal/stdout.ts'

/** The options of `verify`, with and without --remote. */
export interface VerifyCommandOptions extends AccountOptions, SelectionOptions {
  readonly repair?: boolean
  readonly remote?: boolean
  readonly sample?: number
  readonly seed?: number
  readonly concurrency?: number
}

const names = {
  '=': 'equal',
  '+': 'onlyUpstream',
  '-': 'onlyInArchive',
  '*': 'different',
  '!': 'notCompared',
} as const

type Counts = Record<(typeof names)[keyof typeof names], number>

/**
 * `hansard verify --remote`: prints which conversations differ, by reason, then a summary; with --verbose or --json one line
 * for each conversation.
 */
export async function verifyRemote(options: VerifyCommandOptions, io: Io): Promise<ExitCode> {
  const progress = new ProgressLine(options, io, showComparison)
  const compare = async (archive: Archive, client: ConversationsClient) => {
    const { sample, seed = Math.floor(Math.random() * 2 ** 32), concurrency = 64 } = options
    const counts: Counts = { equal: 0, onlyUpstream: 0, onlyInArchive: 0, different: 0, notCompared: 0 }
    const differences = new ReportCollector()
    const onCompared = async (compared: Compared) => {
      counts[names[compared.sign]]++
      if (compared.sign !== '=') differences.add(groupOf(compared), formatExample(compared))
      if (options.json || options.verbose) progress.clear()
      if (options.json) await writeJson(io.stdout, compared)
      else if (options.verbose) await writeLines(io.stdout, [formatCompared(compared)])
    }
    const selected = withWholeIds(archive, options)
    const selection = selects(selected) ? selectionOf(selected) : undefined
    const onProgress = progress.update
    const how = { selection, sample, seed, concurrency, signal: io.signal, onCompared, onProgress }
    const verdict = await compareRemote(client, archive, how)
      .catch(summarizeIfInterrupted)
      .finally(progress.end)
    const drawn = sample === undefined ? {} : { sample, seed }
    const summary = { command: 'verify', archive: options.archive, remote: true, ...drawn, ...counts }
    const result = { ...summary, ...(verdict ?? { complete: null }) }
    const report = formatReport(differences.groups(), { verbose: options.verbose, width: widthOf(io.stdout) })
    if (!options.json) await writeLines(io.stdout, report)
    await writeResult(options, io, result, formatSummary(counts, verdict, drawn))
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    return verdict === INTERRUPTED ? exitCodes.interrupted : toExitCode(counts, verdict)
  }
  return await withArchive(options.archive, (archive) =>
    withAccount(options, io, (client) => compare(archive, client), progress),
  ).finally(progress.end)
}

const INTERRUPTED: ListingResult = { complete: false, reason: 'interrupted' }

function summarizeIfInterrupted(thrown: unknown): ListingResult {
  if (isHansardError(thrown, 'interrupted')) return INTERRUPTED
  throw thrown
}

const reasons = {
  '+': 'only upstream',
  '-': 'only in the archive',
  '*': 'different',
  '!': 'not compared',
} as const

const hints = {
  '+': '`hansard backup` fetches them.',
  '-': '`hansard backup` marks them as gone; their content is kept.',
  '*': 'Run `hansard backup`, which keeps both revisions. If they stay different, run `hansard verify`.',
  '!': 'Compare again, or see `hansard status`.',
} as const

function groupOf({ sign, detail }: Compared): { reason: string; hint: string } {
  if (sign === '=') throw new RangeError('equal conversations are not reported')
  const reason = detail === undefined ? reasons[sign] : `${reasons[sign]}: ${reasonOf(detail)}`
  return { reason, hint: hints[sign] }
}

function formatExample({ id, detail }: Compared): string {
  return detail === undefined ? id : `${id}: ${detail}`
}

function formatCompared({ sign, id, detail }: Compared): string {
  return `${sign} ${id}${detail === undefined ? '' : `: ${detail}`}`
}

function formatSummary(
  { equal, onlyUpstream, onlyInArchive, different, notCompared }: Counts,
  verdict: ListingResult | undefined,
  { sample, seed }: { sample?: number; seed?: number },
): string[] {
  const all = plural(equal + onlyUpstream + onlyInArchive + different + notCompared, 'conversation')
  const only = { 'only upstream': onlyUpstream, 'only in the archive': onlyInArchive }
  const drawn = `Compared a random sample of the archive; --seed ${seed ?? 0} draws the same sample again.`
  return [
    `${all}: ${formatCounts({ equal, ...only, different, 'not compared': notCompared })}.`,
    ...(sample === undefined ? [] : [drawn]),
    ...(verdict === undefined ? ['Only the selection was compared; the account was not listed.'] : []),
    ...(verdict?.complete === false
      ? [`Completeness not verified: ${verdict.reason ?? 'unknown reason'}.`]
      : []),
  ]
}

function toExitCode(
  { onlyUpstream, onlyInArchive, different, notCompared }: Counts,
  verdict: ListingResult | undefined,
): ExitCode {
  if (onlyUpstream + onlyInArchive + different > 0) return exitCodes.different
  return notCompared > 0 || verdict?.complete === false ? exitCodes.partial : exitCodes.done
}
