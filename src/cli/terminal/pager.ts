import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Writable } from 'node:stream'

import { HansardError } from '../../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'

/**
 * Runs `work` with its stdout going through a pager, where stdout is a terminal and a pager is wanted; otherwise with `io`.
 * Whoever quits the pager has read enough: the command then ends silently, with 0.
 *
 * @throws HansardError `usage` if the pager cannot be started
 */
export async function withPager(
  options: GlobalOptions,
  io: Io,
  work: (io: Io) => Promise<ExitCode>,
): Promise<ExitCode> {
  const command = pagerCommand(options, io)
  if (command === undefined || io.lendTerminal === undefined) return await work(io)
  const giveBack = io.lendTerminal()
  try {
    return await runPaged(command, io, work)
  } finally {
    giveBack()
  }
}

/** PAGER is a command line, as for git and man; empty or `cat` means none. */
function pagerCommand(
  { pager = true, json = false }: GlobalOptions,
  { stdout, env }: Io,
): string | undefined {
  if (!pager || json || !stdout.isTTY || env['TERM'] === 'dumb') return undefined
  const command = env['PAGER'] ?? (isOnPath('less', env['PATH']) ? 'less' : 'cat')
  return command.trim() === '' || command.trim() === 'cat' ? undefined : command
}

function isOnPath(program: string, path = ''): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

/** For less: end at once if all fits on the screen (F), show colors (R), and leave the text on the screen (X). */
const LESS = 'FRX'

async function runPaged(command: string, io: Io, work: (io: Io) => Promise<ExitCode>): Promise<ExitCode> {
  const child = spawn('sh', ['-c', command], {
    stdio: ['pipe', 'inherit', 'inherit'],
    // All output is UTF-8, whatever the locale: without this, less shows bytes where LANG is not set.
    env: { LESS, LESSCHARSET: 'utf-8', LV: '-c', ...io.env },
  })
  const gone = new AbortController()
  const ended = endOf(child).finally(() => gone.abort())
  const stdout = Object.assign(pipeTo(child, gone.signal), terminalOf(io.stdout))
  try {
    const exitCode = await work({ ...io, stdout, signal: AbortSignal.any([io.signal, gone.signal]) })
    const hasQuit = exitCode === exitCodes.interrupted && gone.signal.aborted && !io.signal.aborted
    return hasQuit ? exitCodes.done : exitCode
  } finally {
    await new Promise<void>((resolve) => stdout.end(resolve))
    refuseUnknown(command, await ended)
  }
}

/** Writes to a pager until it ends; what comes later is discarded. */
function pipeTo({ stdin }: ChildProcess, gone: AbortSignal): Writable {
  stdin?.on('error', () => undefined) // the pager was quit
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (gone.aborted) done()
      else stdin?.write(chunk, () => done())
    },
    final: (done) => {
      stdin?.end()
      done()
    },
  })
}

function terminalOf({ columns = 80, rows = 24, calledAs = 'hansard' }: Io['stdout']) {
  return { isTTY: true, columns, rows, calledAs }
}

/** A shell exits with one of these codes if it cannot run a command. */
const CANNOT_RUN: readonly unknown[] = [126, 127]

/** Waits until a process ends; returns its exit code. */
function endOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(CANNOT_RUN[0])) // there is no shell
    child.once('exit', resolve)
  })
}

function refuseUnknown(command: string, exitCode: unknown): void {
  if (!CANNOT_RUN.includes(exitCode)) return
  throw new HansardError('usage', `Cannot run the pager ${JSON.stringify(command)}`, {
    hint: 'Set PAGER to a program such as less, or use --no-pager.',
  })
}
