import { sharedBodyBudget, sharedRateLimiter, type ClientOptions } from '../../api/client-options.ts'
import { ConversationsClient } from '../../api/client.ts'
import type { BackupResult } from '../../backup/backup-options.ts'
import { backup } from '../../backup/backup.ts'
import { workThrough } from '../../backup/worker-pool.ts'
import { formatMegabytes, plural } from '../../model/plural.ts'
import type { ConfiguredAccount } from '../config/apply-profiles.ts'
import type { Limit } from '../config/profiles.ts'
import { readCoverage } from '../coverage.ts'
import { distinctKeys, type ReadKey } from '../distinct-keys.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { explain } from '../explain.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { withBackupArchive } from '../open-for-backup.ts'
import type { BackupCommandOptions } from '../options/backup-command-options.ts'
import { backupToJson } from '../terminal/backup-json.ts'
import { accountColumns, formatUnfinished, type AccountEnd } from '../terminal/account-lines.ts'
import { oldestFirst, type Coverage } from '../terminal/coverage-lines.ts'
import { toReportGroup } from '../terminal/problem-lines.ts'
import { showAccounts, type AccountsProgress } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { errorToJson } from '../terminal/report-error.ts'
import { widthOf, writeJson, writeLines } from '../terminal/stdout.ts'
import { writeTable } from '../terminal/table.ts'
import type { RunReport } from '../watch/run-report.ts'
import { clientEvents, type WatchedIo } from '../watch/watched.ts'

type Account = ConfiguredAccount<BackupCommandOptions>

/**
 * So many accounts at the same time: while one of them fills its index or waits for its last response, the others use the
 * limit of requests. Each more costs memory.
 */
const AT_ONCE = 4

/** `hansard backup --all`: all accounts of the configuration, the one first that has had no complete backup for the longest time. */
export async function backupAll(
  accounts: readonly Account[],
  options: GlobalOptions,
  io: WatchedIo,
): Promise<RunReport> {
  io.goOnUnread?.()
  const began = performance.now()
  const ends = new Map<string, AccountEnd>()
  const progress = new ProgressLine(options, io, showAccounts)
  const overall = { done: 0, total: accounts.length, stored: 0 }
  const share = new Share()
  progress.say('reading the keys')
  const keys = await distinctKeys(accounts, io)
  const work = async (account: Account) => {
    if (io.signal.aborted) return
    const end = await backUp(account, keys.get(account.name), share.of(account.limit), { ...io, progress })
    ends.set(account.name, end)
    overall.done++
    overall.stored += storedBy(end)
    progress.update(overall)
  }
  progress.update(overall)
  await workThrough((await neediestFirst(accounts)).values(), AT_ONCE, work).finally(progress.end)
  const inOrder = accounts.map(({ name, options: { archive } }) => ends.get(name) ?? { name, archive })
  const lines = await report(inOrder, (performance.now() - began) / 1000, options, io)
  return { exitCode: exitCodeOfAll(inOrder, io), lines, accounts: inOrder }
}

function exitCodeOfAll(ends: readonly AccountEnd[], { signal }: Io): ExitCode {
  if (ends.every(isComplete)) return exitCodes.done
  return signal.aborted ? exitCodes.interrupted : exitCodes.partial
}

function storedBy({ result }: AccountEnd): number {
  return result === undefined ? 0 : result.new + result.updated
}

function isComplete({ result }: AccountEnd): boolean {
  return result?.outcome === 'done'
}

/** The rate limiters of the limits, and the memory for bodies, which the accounts of a run share. */
class Share {
  readonly #limiters = new Map<string, ReturnType<typeof sharedRateLimiter>>()
  readonly #bodyBudget = sharedBodyBudget()

  of(limit: Limit | undefined): Pick<ClientOptions, 'rateLimiter' | 'bodyBudget'> {
    return { rateLimiter: limit && this.#limiterOf(limit), bodyBudget: this.#bodyBudget }
  }

  #limiterOf({ name, requestsPerSecond }: Limit) {
    const limiter = this.#limiters.get(name) ?? sharedRateLimiter(requestsPerSecond)
    this.#limiters.set(name, limiter)
    return limiter
  }
}

/** Sorts accounts by the start of their last complete backup. What is wrong with an archive is said when it is backed up. */
async function neediestFirst(accounts: readonly Account[]): Promise<Account[]> {
  const known: { account: Account; coverage: Coverage }[] = []
  for (const account of accounts)
    known.push({ account, coverage: await readCoverage(account.name, account.options.archive) })
  return known.sort((a, b) => oldestFirst(a.coverage, b.coverage)).map(({ account }) => account)
}

type AllIo = WatchedIo & { readonly progress: ProgressLine<AccountsProgress> }

/** Backs up one account. Whatever goes wrong is its result, and does not stop the others. */
async function backUp(
  { name, options }: Account,
  key: ReadKey | undefined,
  shared: Pick<ClientOptions, 'rateLimiter' | 'bodyBudget'>,
  io: AllIo,
): Promise<AccountEnd> {
  const { archive, baseUrl, maxRps: requestsPerSecond } = options
  const onEvent = clientEvents(io.progress, io, name)
  const facts = { name, archive }
  if (key?.apiKey === undefined) return { ...facts, error: key?.error }
  try {
    const { apiKey } = key
    const client = new ConversationsClient({ apiKey, baseUrl, requestsPerSecond, onEvent, ...shared })
    return { ...facts, ...(await runIn(client, options, io).finally(() => client.close())) }
  } catch (thrown) {
    return { ...facts, error: await explain(thrown, archive) }
  }
}

async function runIn(client: ConversationsClient, options: BackupCommandOptions, io: AllIo) {
  return await withBackupArchive(client, options, io, async (archive) => {
    const result: BackupResult = await backup(client, archive, { ...options, signal: io.signal })
    return { result, problems: archive.openProblems.groups().map(toReportGroup) }
  })
}

/** Prints how the accounts ended, and returns what a person should read of it. */
async function report(
  ends: readonly AccountEnd[],
  seconds: number,
  { json, quiet, verbose = false }: GlobalOptions,
  io: Io,
): Promise<string[]> {
  const complete = ends.filter(isComplete).length
  const sum = (of: 'requests' | 'bytes') => ends.reduce((all, { result }) => all + (result?.[of] ?? 0), 0)
  const [requests, bytes] = [sum('requests'), sum('bytes')]
  const work = `${plural(requests, 'request')}, ${formatMegabytes(bytes)}, ${seconds.toFixed(1)} s`
  const summary = `${complete} of ${plural(ends.length, 'account')} complete: ${work}.`
  const unfinished = ends.filter((end) => !isComplete(end))
  const why = formatUnfinished(unfinished, { verbose, width: widthOf(io.stderr) })
  if (json) {
    const totals = {
      complete,
      incomplete: unfinished.length,
      requests,
      bytes,
      seconds: Math.round(seconds * 1000) / 1000,
    }
    await writeJson(io.stdout, { command: 'backup --all', ...totals, accounts: ends.map(toJson) })
    return [summary, ...why]
  }
  if (!quiet) {
    // An interrupted run needs its table most.
    await writeTable({ ...io, signal: new AbortController().signal }, accountColumns, ends)
    if (io.stdout.isTTY) await writeLines(io.stdout, ['', summary])
  }
  await writeLines(io.stderr, why)
  return [summary, ...why]
}

function toJson({ name, archive, result, problems = [], error }: AccountEnd): object {
  const failure = error === undefined ? null : errorToJson(error)
  const ended = result === undefined ? null : backupToJson(result, problems)
  return { profile: name, archive, backup: ended, error: failure }
}
