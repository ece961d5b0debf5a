import { hostname } from 'node:os'

import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts'
import type { Io } from './io.ts'
import { buildProgram, isHelpRequest, usageErrorOf } from './program.ts'
import { reportError } from './report-error.ts'

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
    const error = usageErrorOf(thrown) ?? thrown
    await reportError(error, argv, io)
    return exitCodeOf(error)
  }
}

function processIo(): Io {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(exitCodes.interrupted)
      stop.abort()
    })
  }
  // A reader that has enough (`| head`) closes the pipe; that is no error, and there is nobody left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(exitCodes.done)
  })
  const { stdin, stdout, stderr, env } = process
  return { stdin, stdout, stderr, env, signal: stop.signal, name: `pid ${process.pid} on ${hostname()}` }
}
