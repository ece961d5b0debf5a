import type { Command } from 'commander'
import { closeSync } from 'node:fs'
import { hostname } from 'node:os'
import { isatty } from 'node:tty'

import { calledAs, startWords, type Call } from './called-as.ts'
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts'
import { explain } from './explain.ts'
import { startPage } from './help/start-page.ts'
import type { Io } from './io.ts'
import { wrapFor } from './terminal/stdout.ts'
import { buildProgram, HELP_WIDTH } from './program.ts'
import { isHelpRequest, toUsageError } from './usage-error.ts'

/** What the completion scripts call. It is not a command for people, and no help lists it. */
const COMPLETE = '__complete'

/** Runs the command line of this process. No other code uses `process`. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await run(argv, processIo())
}

/** Runs a command line in the given surroundings and returns its exit code. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done
  const program = buildProgram(io, (code) => (exitCode = code))
  if (argv[0] === COMPLETE) return await printCompletions(program, argv.slice(1), io)
  if (argv.length === 0) return printStartPage(program, io)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (isHelpRequest(thrown)) return exitCodes.done
    const error =
      toUsageError(thrown, commandNames(program, argv)) ??
      (await explain(thrown, String(program.opts()['archive'])))
    const { reportError } = await import('./terminal/report-error.ts')
    await reportError(error, argv, io)
    return exitCodeOf(error)
  }
}

/** Without any argument, the user wants to know what there is. With options, a command is missing, which is an error. */
function printStartPage(program: Command, { stdout }: Io): ExitCode {
  const page = startPage(program, stdout.calledAs ?? 'hansard', stdout.columns ?? HELP_WIDTH)
  stdout.write(wrapFor(stdout, page))
  return exitCodes.done
}

/** Answers a completion script. The shell is in the middle of a line, so no error may print anything there. */
async function printCompletions(program: Command, request: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const { completeLine } = await import('./completion/complete-line.ts')
    const lines = await completeLine(program, request, io.env)
    io.stdout.write(`${lines.join('\n')}\n`)
  } catch {
    // For example, there is no archive yet: nothing can be suggested.
  }
  return exitCodes.done
}

/** The command that a command line names, such as `replay`, `verify`. */
function commandNames(program: Command, argv: readonly string[]): string[] {
  let command = program
  return argv.filter((word) => {
    const inner = command.commands.find((each) => each.name() === word)
    command = inner ?? command
    return inner !== undefined
  })
}

function processIo(): Io {
  const { stdin, env } = process
  const call = callOf(process)
  const self = { calledAs: calledAs(call) }
  const [stdout, stderr] = [Object.assign(process.stdout, self), Object.assign(process.stderr, self)]
  let continuesUnread = false
  // The terminal is gone (EIO) or the reader of the log has ended (EPIPE): the command continues without messages.
  stderr.on('error', () => undefined)
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader closed the pipe (`| head`), or the terminal is gone: neither is an error.
    const isUnread = error.code === 'EPIPE' || error.code === 'EIO'
    if (!isUnread) {
      stderr.write(
        `hansard: Cannot write to stdout: ${error.message}\nhint: Check where stdout is redirected to.\n`,
      )
    }
    if (!continuesUnread) process.exit(isUnread ? exitCodes.done : exitCodes.failed)
  })
  let borrowers = 0
  process.once('exit', () => releaseTerminal([stdin, stdout, stderr]))
  return {
    ...{ stdin, stdout, stderr, env },
    startWords: startWords(call, process.execPath),
    now: () => new Date(),
    signal: stopSignal(
      () => borrowers > 0,
      () => continuesUnread,
    ),
    lendTerminal: () => {
      borrowers++
      return () => void borrowers--
    },
    name: `pid ${process.pid} on ${hostname()}`,
    goOnUnread: () => (continuesUnread = true),
  }
}

function callOf({ argv0: node, argv, env }: NodeJS.Process): Call {
  return { node, script: argv[1] ?? 'hansard', path: env['PATH'], folder: currentFolder() }
}

/** Returns undefined if the current folder was removed. */
function currentFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

/**
 * Closes the streams of a terminal that is gone. Node restores the terminal's settings when it exits, and aborts with a core
 * dump if it cannot; it leaves out closed streams.
 */
function releaseTerminal(streams: readonly { readonly isTTY?: boolean; readonly fd: number }[]): void {
  for (const { isTTY, fd } of streams) {
    try {
      if (isTTY && !isatty(fd)) closeSync(fd)
    } catch {
      // It is closed already.
    }
  }
}

/**
 * Ends the process without Node's own cleanup, which gives up the handlers of signals: a second SIGHUP would then decide the
 * exit code. Nothing is left to be written when this is called.
 */
function exitAtOnce(code: number): void {
  process.exit(code)
}

/** The time in which a command that only reads must stop, in milliseconds: the reader of a pipe may never read on. */
const STOP_MS = 2_000

/**
 * Aborts when the process is asked to stop, so that the command can finish cleanly. A second Ctrl-C or SIGTERM ends it
 * at once. A second SIGHUP does not: when a terminal closes, the kernel and the shell both send one. While a pager has the
 * terminal, Ctrl-C is meant for it.
 */
function stopSignal(isTerminalLent: () => boolean, mustFinish: () => boolean): AbortSignal {
  const stop = new AbortController()
  const ask = () => {
    if (!stop.signal.aborted) process.once('exit', exitAtOnce)
    stop.abort()
    const end = () => mustFinish() || process.exit(exitCodes.interrupted)
    setTimeout(end, STOP_MS).unref()
  }
  let isAskedAgain = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (signal === 'SIGINT' && isTerminalLent()) return
      if (isAskedAgain) process.exit(exitCodes.interrupted)
      isAskedAgain = true
      ask()
    })
  }
  process.on('SIGHUP', ask)
  return stop.signal
}
