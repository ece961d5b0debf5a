import { existsSync } from 'node:fs'

import type { ConversationsClient } from '../../api/client.ts'
import { emptyArchive, openArchive, type Archive } from '../../archive/archive.ts'
import type { OpenFailure } from '../../archive/journal/failures.ts'
import type { Books } from '../../archive/journal/runs.ts'
import { withLockedArchive } from '../../archive/with-archive.ts'
import { networkDiskUnder } from '../../archive/sqlite/network-disk.ts'
import type { BackupResult } from '../../backup/backup-options.ts'
import { backup } from '../../backup/backup.ts'
import { probeListing } from '../../backup/fetch/probe-listing.ts'
import { formatCounts, formatMegabytes, formatNumber, nonZero, plural } from '../../model/plural.ts'
import { connect } from '../connect/connect-account.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { showProgress } from '../terminal/progress.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

export interface BackupCommandOptions extends AccountOptions {
  readonly concurrency?: number
  readonly pageSize?: number
  readonly full?: boolean
  readonly messages?: boolean
  readonly id?: readonly string[]
  readonly files?: boolean
  readonly maxFileSize?: number
  readonly dryRun?: boolean
  readonly adoptAccount?: boolean
  /** Seconds to wait for another run; `true` waits without limit. */
  readonly wait?: number | true
  readonly acceptGone?: boolean
}

/** `hansard backup` */
export async function backupCommand(options: BackupCommandOptions, io: Io): Promise<ExitCode> {
  const client = connect(options, io)
  try {
    // A first backup that cannot list the account leaves no file behind.
    if (!existsSync(options.archive)) await probeListing(client, io.signal)
    return options.dryRun === true ? await dryRun(client, options, io) : await lockedRun(client, options, io)
  } finally {
    await client.close()
  }
}

async function dryRun(client: ConversationsClient, options: BackupCommandOptions, io: Io): Promise<ExitCode> {
  const archive = existsSync(options.archive) ? openArchive(options.archive) : emptyArchive()
  try {
    return await runBackup(client, archive, options, io)
  } finally {
    archive.close()
  }
}

async function lockedRun(
  client: ConversationsClient,
  options: BackupCommandOptions,
  io: Io,
): Promise<ExitCode> {
  io.goOnUnread?.()
  warnOfNetworkDisk(options, io)
  const wait = {
    seconds: options.wait === true ? Infinity : (options.wait ?? 0),
    signal: io.signal,
    onWait: (why: string) => warn(`waiting: ${why}`, options, io),
  }
  return await withLockedArchive(
    options.archive,
    { holder: io.name, create: true, wait },
    async (archive) => {
      const exitCode = await runBackup(client, archive, options, io)
      if (!archive.isInOneFile) warn(stillInLog(options.archive), options, io)
      return exitCode
    },
  )
}

function warnOfNetworkDisk(options: BackupCommandOptions, io: Io): void {
  const disk = networkDiskUnder(options.archive)
  if (disk === undefined) return
  const why = 'where two machines can write at once and damage the archive'
  warn(`${options.archive} is on a network file system (${disk}), ${why}; use a local disk`, options, io)
}

function stillInLog(archive: string): string {
  return `another program is reading the archive, so part of it is still in ${archive}-wal: copy both files, or copy after the next run`
}

function warn(line: string, { quiet }: BackupCommandOptions, { stderr }: Io): void {
  if (quiet !== true) stderr.write(`hansard: ${defuseLine(line)}\n`)
}

async function runBackup(
  client: ConversationsClient,
  archive: Archive,
  options: BackupCommandOptions,
  io: Io,
): Promise<ExitCode> {
  const progress = showProgress(options, io, progressLine)
  const { concurrency, pageSize, id: ids, full, messages, files, maxFileSize } = options
  const { dryRun, adoptAccount, acceptGone } = options
  const what = { concurrency, pageSize, ids, full, messages, files, maxFileSize }
  const how = { ...what, dryRun, adoptAccount, acceptGone }
  try {
    const onIndexing = () => progress.say('filling the search index')
    const callbacks = { onProgress: progress.update, onIndexing }
    const result = await backup(client, archive, { ...how, signal: io.signal, ...callbacks })
    progress.end()
    if (options.json === true) await writeJson(io.stdout, toJson(result))
    else if (options.quiet !== true) await writeSummary(result, options, io)
    else if (result.outcome === 'partial' && result.reason !== undefined)
      await writeLine(io.stderr, defuseLine(`hansard: ${result.reason}`)) // cron mails it
    if (options.json !== true)
      await writeFailures(
        archive.failures.open().filter(({ acknowledgedAt }) => acknowledgedAt === null),
        io,
      )
    return toExitCode(result)
  } finally {
    progress.end()
  }
}

function toJson({ outcome, seconds, complete, ...books }: BackupResult): object {
  const { run, reason, ...counts } = books
  return { command: 'backup', run, ...counts, seconds, complete, outcome, reason }
}

function toExitCode({ outcome }: BackupResult): ExitCode {
  if (outcome === 'interrupted') return exitCodes.interrupted
  return outcome === 'done' ? exitCodes.done : exitCodes.partial
}

async function writeSummary(result: BackupResult, options: BackupCommandOptions, io: Io): Promise<void> {
  const { listed, unchanged, failed, vanished, gone, requests, bytes, seconds, complete, reason } = result
  const would = options.dryRun === true ? 'would be ' : ''
  const counts = {
    ...{ [`${would}new`]: result.new, [`${would}updated`]: result.updated, unchanged },
    ...nonZero({ failed, 'not found': vanished, 'marked gone': gone }),
  }
  const source = options.id === undefined ? 'listed' : 'requested'
  await writeLine(io.stdout, `${plural(listed, 'conversation')} ${source}: ${formatCounts(counts)}.`)
  if (result.outcome === 'interrupted')
    await writeLine(io.stdout, 'Interrupted. The next run continues from here.')
  else if (complete === true) await writeLine(io.stdout, 'Listing verified complete.')
  else if (complete === false)
    await writeLine(io.stdout, defuseLine(`Completeness not verified: ${reason ?? 'unknown reason'}.`))
  if (complete !== false && reason !== undefined)
    await writeLine(io.stdout, defuseLine(`Partly done: ${reason}.`))
  const work = `${plural(requests, 'request')}, ${formatMegabytes(bytes)}, ${seconds.toFixed(1)} s`
  await writeLine(
    io.stdout,
    options.dryRun === true ? `${work}. Nothing was stored.` : `${defuseLine(options.archive)}: ${work}.`,
  )
}

/** How many failures of one kind are printed; the rest is counted. */
const PRINTED = 3

type PrintedFailure = Pick<OpenFailure, 'conversation' | 'step' | 'code' | 'message'>

/** Prints failures grouped by step and kind: when the service is down, everything fails in the same way. */
async function writeFailures(failures: readonly PrintedFailure[], io: Io): Promise<void> {
  const kinds = new Map<string, number>()
  for (const { conversation, step, code, message } of failures) {
    const kind = `${step}, ${code}`
    const earlier = kinds.get(kind) ?? 0
    kinds.set(kind, earlier + 1)
    if (earlier < PRINTED)
      await writeLine(io.stderr, defuseLine(`failed: ${conversation} (${step}): ${message}`))
  }
  for (const [kind, found] of kinds)
    if (found > PRINTED)
      await writeLine(
        io.stderr,
        `failed: ${formatNumber(found - PRINTED)} more (${kind}): see \`hansard status\``,
      )
}

function progressLine({ listed, new: fresh, updated, unchanged, failed }: Readonly<Books>): string {
  return formatCounts({ listed, new: fresh, updated, unchanged, ...nonZero({ failed }) }, ' · ')
}
