import { existsSync } from 'node:fs'

import type { ConversationsClient } from '../../api/client.ts'
import { emptyArchive, openArchive, type Archive } from '../../archive/archive.ts'
import type { OpenFailure } from '../../archive/journal/failures.ts'
import type { Books } from '../../archive/journal/runs.ts'
import { withLockedArchive } from '../../archive/locked-archive.ts'
import { networkDiskUnder } from '../../archive/sqlite/network-disk.ts'
import { askListing } from '../../backup/ask-listing.ts'
import type { BackupResult } from '../../backup/backup-options.ts'
import { backup } from '../../backup/backup.ts'
import { connect } from '../connect/connect-account.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { plural } from '../terminal/plural.ts'
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
  /** Seconds to wait for another run; true: as long as it takes. */
  readonly wait?: number | true
  readonly acceptGone?: boolean
}

/** `hansard backup` */
export async function backupCommand(options: BackupCommandOptions, io: Io): Promise<ExitCode> {
  const client = connect(options, io)
  try {
    // A first backup that can't even list leaves no file behind.
    if (!existsSync(options.archive)) await askListing(client, io.signal)
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
    onWait: (why: string) => talk(`waiting: ${why}`, options, io),
  }
  return await withLockedArchive(
    options.archive,
    { holder: io.name, create: true, wait },
    async (archive) => {
      const exitCode = await runBackup(client, archive, options, io)
      if (!archive.isInOneFile) talk(stillInLog(options.archive), options, io)
      return exitCode
    },
  )
}

function warnOfNetworkDisk(options: BackupCommandOptions, io: Io): void {
  const disk = networkDiskUnder(options.archive)
  if (disk === undefined) return
  const why = 'where two machines can write at once and damage the archive'
  talk(`${options.archive} is on a network file system (${disk}), ${why}; a local disk is safe`, options, io)
}

function stillInLog(archive: string): string {
  return `somebody reads the archive, so a part of it is still in ${archive}-wal: copy both, or the one after the next run`
}

function talk(line: string, { quiet }: BackupCommandOptions, { stderr }: Io): void {
  if (quiet !== true) stderr.write(`hansard: ${defuseLine(line)}\n`)
}

async function runBackup(
  client: ConversationsClient,
  archive: Archive,
  options: BackupCommandOptions,
  io: Io,
): Promise<ExitCode> {
  const progress = showProgress(options, io, booksLine)
  const { concurrency, pageSize, id: ids, full, messages, files, maxFileSize } = options
  const { dryRun, adoptAccount, acceptGone } = options
  const what = { concurrency, pageSize, ids, full, messages, files, maxFileSize }
  const how = { ...what, dryRun, adoptAccount, acceptGone }
  try {
    const onIndexing = () => progress.say('filling the search index')
    const said = { onProgress: progress.update, onIndexing }
    const result = await backup(client, archive, { ...how, signal: io.signal, ...said })
    progress.end()
    if (options.json === true) await writeJson(io.stdout, resultObject(result))
    else if (options.quiet !== true) await writeSummary(result, options, io)
    else if (result.outcome === 'partial' && result.reason !== undefined)
      await writeLine(io.stderr, defuseLine(`hansard: ${result.reason}`)) // cron mails what is written
    if (options.json !== true)
      await writeFailures(
        archive.failures.open().filter(({ acknowledgedAt }) => acknowledgedAt === null),
        io,
      )
    return exitCodeOfResult(result)
  } finally {
    progress.end()
  }
}

function resultObject({ outcome, seconds, complete, ...books }: BackupResult): object {
  const { run, reason, ...counts } = books
  return { command: 'backup', run, ...counts, seconds, complete, outcome, reason }
}

function exitCodeOfResult({ outcome }: BackupResult): ExitCode {
  if (outcome === 'interrupted') return exitCodes.interrupted
  return outcome === 'done' ? exitCodes.done : exitCodes.partial
}

async function writeSummary(result: BackupResult, options: BackupCommandOptions, io: Io): Promise<void> {
  const { listed, failed, vanished, requests, bytes, seconds, complete, reason, outcome } = result
  const would = options.dryRun === true ? 'would be ' : ''
  const counts = [
    `${result.new} ${would}new`,
    `${result.updated} ${would}updated`,
    `${result.unchanged} unchanged`,
  ]
  if (failed > 0) counts.push(`${failed} failed`)
  if (vanished > 0) counts.push(`${vanished} not found`)
  if (result.gone > 0) counts.push(`${result.gone} marked gone`)
  const asked = options.id === undefined ? 'listed' : 'asked for'
  await writeLine(io.stdout, `${plural(listed, 'conversation')} ${asked}: ${counts.join(', ')}.`)
  if (outcome === 'interrupted') await writeLine(io.stdout, 'Interrupted; the next run goes on from here.')
  else if (complete === true) await writeLine(io.stdout, 'Listing verified complete.')
  else if (complete === false)
    await writeLine(io.stdout, defuseLine(`Completeness not verified: ${reason ?? 'unknown reason'}.`))
  if (complete !== false && reason !== undefined)
    await writeLine(io.stdout, defuseLine(`Not everything is done: ${reason}.`))
  const work = `${plural(requests, 'request')}, ${(bytes / 1e6).toFixed(1)} MB, ${seconds.toFixed(1)} s`
  await writeLine(
    io.stdout,
    options.dryRun === true ? `${work}. Nothing was stored.` : `${defuseLine(options.archive)}: ${work}.`,
  )
}

/** So many failures of one kind are told one by one. */
const TOLD = 3

type ToldFailure = Pick<OpenFailure, 'conversation' | 'step' | 'code' | 'message'>

/** A report, grouped by step and kind: a service that is down fails everything in the same way. */
async function writeFailures(failures: readonly ToldFailure[], io: Io): Promise<void> {
  const kinds = new Map<string, number>()
  for (const { conversation, step, code, message } of failures) {
    const kind = `${step}, ${code}`
    const told = kinds.get(kind) ?? 0
    kinds.set(kind, told + 1)
    if (told < TOLD) await writeLine(io.stderr, defuseLine(`failed: ${conversation} (${step}): ${message}`))
  }
  for (const [kind, found] of kinds)
    if (found > TOLD)
      await writeLine(io.stderr, `failed: ${found - TOLD} more (${kind}): see \`hansard status\``)
}

function booksLine({ listed, new: fresh, updated, unchanged, failed }: Readonly<Books>): string {
  const parts = [`${listed} listed`, `${fresh} new`, `${updated} updated`, `${unchanged} unchanged`]
  if (failed > 0) parts.push(`${failed} failed`)
  return parts.join(' · ')
}
