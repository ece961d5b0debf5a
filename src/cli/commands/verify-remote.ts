import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { compareRemote, type Compared } from '../../backup/compare-remote.ts'
import type { ListingResult } from '../../backup/listing/proven-listing.ts'
import { formatCounts, plural } from '../../model/plural.ts'
import { withAccount } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { selectionOf, selects, type SelectionOptions } from '../options/selection-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { writeJson, writeLines, writeResult } from '../terminal/stdout.ts'

/** The options of `verify`, with and without --remote. */
export interface VerifyCommandOptions extends AccountOptions, SelectionOptions {
  readonly repair?: boolean
  readonly remote?: boolean
  readonly sample?: number
  readonly seed?: number
  readonly concurrency?: number
}

const names = { '=': 'equal', '+': 'upstream', '-': 'archived', '*': 'different', '!': 'errors' } as const

type Counts = Record<(typeof names)[keyof typeof names], number>

/** `hansard verify --remote`: prints one line per conversation, then a summary. */
export async function verifyRemote(options: VerifyCommandOptions, io: Io): Promise<ExitCode> {
  const compare = async (archive: Archive, client: ConversationsClient) => {
    const { sample, seed = Math.floor(Math.random() * 2 ** 32), concurrency = 8 } = options
    const counts: Counts = { equal: 0, upstream: 0, archived: 0, different: 0, errors: 0 }
    const onCompared = async (compared: Compared) => {
      counts[names[compared.sign]]++
      if (options.json) await writeJson(io.stdout, compared)
      else if (!options.quiet || compared.sign !== '=')
        await writeLines(io.stdout, [formatCompared(compared)])
    }
    const selected = withWholeIds(archive, options)
    const selection = selects(selected) ? selectionOf(selected) : undefined
    const how = { selection, sample, seed, concurrency, signal: io.signal, onCompared }
    const verdict = await compareRemote(client, archive, how)
    const drawn = sample === undefined ? {} : { sample, seed }
    const summary = { command: 'verify', archive: options.archive, remote: true, ...drawn, ...counts }
    const result = { ...summary, ...(verdict ?? { complete: null }) }
    await writeResult(options, io, result, formatSummary(counts, verdict, drawn))
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    return toExitCode(counts, verdict)
  }
  return await withArchive(options.archive, (archive) =>
    withAccount(options, io, (client) => compare(archive, client)),
  )
}

function formatCompared({ sign, id, detail }: Compared): string {
  return `${sign} ${id}${detail === undefined ? '' : `: ${detail}`}`
}

function formatSummary(
  { equal, upstream, archived, different, errors }: Counts,
  verdict: ListingResult | undefined,
  { sample, seed }: { sample?: number; seed?: number },
): string[] {
  const all = plural(equal + upstream + archived + different + errors, 'conversation')
  const only = { 'only upstream': upstream, 'only archived': archived }
  const drawn = `Compared a random sample of the archive; --seed ${seed ?? 0} draws the same sample again.`
  return [
    `${all}: ${formatCounts({ equal, ...only, different, 'not compared': errors })}.`,
    ...(sample === undefined ? [] : [drawn]),
    ...(verdict === undefined ? ['Only the selection was compared; the account was not listed.'] : []),
    ...(verdict?.complete === false
      ? [`Completeness not verified: ${verdict.reason ?? 'unknown reason'}.`]
      : []),
  ]
}

function toExitCode(
  { upstream, archived, different, errors }: Counts,
  verdict: ListingResult | undefined,
): ExitCode {
  if (upstream + archived + different > 0) return exitCodes.different
  return errors > 0 || verdict?.complete === false ? exitCodes.partial : exitCodes.done
}
