import type { ClientEvent } from '../../api/client-events.ts'
import { HansardError, hintOf, messageOf } from '../../errors.ts'
import { formatDuration } from '../../model/duration.ts'
import { readCoverage } from '../coverage.ts'
import { exitCodeOf, exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import type { ProgressLine } from '../terminal/progress.ts'
import { warn } from '../terminal/warn.ts'
import { checkMetricsPath, writeMetrics } from './metrics-file.ts'
import { Ping } from './ping.ts'
import { RunLog } from './run-log.ts'
import type { RunReport } from './run-report.ts'

/** Who is told about a run, and how long it may take. */
export interface WatchOptions extends GlobalOptions {
  readonly ping?: string
  readonly metrics?: string
  readonly log?: string
  /** In seconds. */
  readonly maxDuration?: number
}

/** The surroundings of a run that is watched: its signal also aborts when its time is over. */
export interface WatchedIo extends Io {
  /** Writes what a client does to the log: retries and pauses, with --verbose also requests. */
  readonly logClientEvent: (event: ClientEvent, profile?: string) => void
}

/**
 * Runs `work`, and tells those who watch over it when it begins and how it ends: a service by pings, Prometheus by a file of
 * metrics, and a log. None of them can stop it once it has begun. When `maxDuration` is over, it ends in good order, with 3.
 *
 * @throws HansardError `usage` before it begins if a URL or a file is wrong, and whatever `work` throws
 */
export async function watched(
  options: WatchOptions,
  io: Io,
  work: (io: WatchedIo) => Promise<RunReport>,
): Promise<ExitCode> {
  const startedAt = io.now()
  const url = options.ping ?? io.env['HANSARD_PING']
  const ping = url ? new Ping(url, io) : undefined
  if (options.metrics !== undefined) checkMetricsPath(options.metrics)
  const log = options.log === undefined ? undefined : new RunLog(options.log, io)
  const limit = timeLimit(options.maxDuration)
  const signal = AbortSignal.any([io.signal, limit.signal])
  const logClientEvent = (event: ClientEvent, profile?: string) => {
    if (event.type !== 'request' || options.verbose === true) log?.write(event.type, { ...event, profile })
  }
  log?.write('begin')
  const started = ping?.send('start') // a service that hangs does not hold up the run
  const { report, thrown } = await work({ ...io, signal, logClientEvent }).then(
    (done) => ({ report: done, thrown: undefined }),
    (error: unknown) => ({ report: reportOf(error, options), thrown: error }),
  )
  limit.clear()
  const isOutOfTime = limit.signal.aborted && report.exitCode === exitCodes.interrupted && !io.signal.aborted
  const told = isOutOfTime ? outOfTime(report, options, io) : report
  await tell(told, startedAt, options, io, log)
  await started
  await ping?.send(told.exitCode === exitCodes.done ? 'success' : 'failure', told.lines.join('\n'))
  if (thrown !== undefined && !isOutOfTime) throw thrown
  return told.exitCode
}

function reportOf(error: unknown, { archive, profile }: WatchOptions): RunReport {
  const hint = hintOf(error)
  const lines = [`hansard: ${messageOf(error)}`, ...(hint === undefined ? [] : [`hint: ${hint}`])]
  return { exitCode: exitCodeOf(error), lines, accounts: [{ name: profile, archive, error }] }
}

/** Returns what tells both the progress line and the log what a client does. */
export function clientEvents(
  progress: Pick<ProgressLine, 'onClientEvent'>,
  io: WatchedIo,
  profile: string | undefined,
): (event: ClientEvent) => void {
  return (event) => {
    progress.onClientEvent(event)
    io.logClientEvent(event, profile)
  }
}

/** A timer that does not keep the process alive. */
function timeLimit(seconds: number | undefined): {
  readonly signal: AbortSignal
  readonly clear: () => void
} {
  const limit = new AbortController()
  const timer = seconds === undefined ? undefined : setTimeout(() => limit.abort(), seconds * 1000).unref()
  return { signal: limit.signal, clear: () => clearTimeout(timer) }
}

function outOfTime(report: RunReport, { maxDuration = 0 }: WatchOptions, { stderr }: Io): RunReport {
  const after = formatDuration(maxDuration)
  const line = `stopped after ${after} (--max-duration); the next run continues from there`
  warn(stderr, line)
  return { ...report, exitCode: exitCodes.partial, lines: [line, ...report.lines] }
}

async function tell(
  report: RunReport,
  startedAt: Date,
  options: WatchOptions,
  io: Io,
  log: RunLog | undefined,
): Promise<void> {
  for (const { name: profile, archive, result, error } of report.accounts) {
    const { requestsByKind, ...books } = result ?? {}
    log?.write('account', {
      profile,
      archive,
      ...books,
      requestsByKind: Object.fromEntries(requestsByKind ?? []),
      ...(error !== undefined && { error: messageOf(error) }),
    })
  }
  log?.write('end', { exitCode: report.exitCode, report: report.lines })
  if (options.metrics === undefined) return
  const coverage = []
  for (const { name = '', archive } of report.accounts) coverage.push(await readCoverage(name, archive))
  try {
    writeMetrics(options.metrics, report, coverage, { startedAt, endedAt: io.now() })
  } catch (thrown) {
    if (!(thrown instanceof HansardError)) throw thrown
    warn(io.stderr, thrown.message)
  }
}
