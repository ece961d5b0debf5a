import { hostname } from 'node:os'

import { HansardError, isOutOfFiles, outOfFiles } from '../errors.ts'
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts'
import type { Io } from './io.ts'
import { buildProgram, isHelpRequest, toUsageError } from './program.ts'

/** Runs the command line of this process: the only place that knows `process`. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await run(argv, processIo())
}

/** Runs a command line in the given world and answers with its exit code. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done
  const program = buildProgram(io, (code) => (exitCode = code))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (isHelpRequest(thrown)) return exitCodes.done
    const error =
      toUsageError(thrown, program.commands.find((c) => argv.includes(c.name()))?.name()) ??
      (await explain(thrown, String(program.opts()['archive'])))
    const { reportError } = await import('./terminal/report-error.ts')
    await reportError(error, argv, io)
    return exitCodeOf(error)
  }
}

/** What SQLite throws in the middle of a command gets our words here; the library is not loaded for anything less. */
async function explain(thrown: unknown, archive: string): Promise<unknown> {
  if (isOutOfFiles(thrown)) {
    return new HansardError('file', outOfFiles.message, { hint: outOfFiles.hint, cause: thrown })
  }
  const isSqlite = thrown instanceof Error && thrown.name === 'SqliteError'
  return isSqlite ? (await import('../archive/sqlite/sqlite.ts')).explainSqlite(thrown, archive) : thrown
}

function processIo(): Io {
  const { stdin, stdout, stderr, env } = process
  let goesOnUnread = false
  // Nobody is left to tell when the terminal is gone (EIO) or the log's reader has ended (EPIPE): the work goes on.
  stderr.on('error', () => undefined)
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has enough (`| head`) closes the pipe, and a terminal may go away: neither is an error.
    const isUnread = error.code === 'EPIPE' || error.code === 'EIO'
    if (!isUnread) {
      stderr.write(`hansard: stdout can’t be written: ${error.message}\nhint: Check where it leads to.\n`)
    }
    if (!goesOnUnread) process.exit(isUnread ? exitCodes.done : exitCodes.failed)
  })
  return {
    ...{ stdin, stdout, stderr, env },
    signal: stopSignal(),
    name: `pid ${process.pid} on ${hostname()}`,
    goOnUnread: () => (goesOnUnread = true),
  }
}

/**
 * Fires when the process is asked to stop: the command then ends in good order. A second Ctrl-C or SIGTERM ends it at
 * once. A second SIGHUP does not: when a terminal closes, the kernel and the shell both send one.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  let isAskedAgain = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isAskedAgain) process.exit(exitCodes.interrupted)
      isAskedAgain = true
      stop.abort()
    })
  }
  process.on('SIGHUP', () => stop.abort())
  return stop.signal
}
