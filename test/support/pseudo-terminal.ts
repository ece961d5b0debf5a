import { closeSync, constants, openSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import type * as NodePty from '@lydell/node-pty'
import type * as Unicode11 from '@xterm/addon-unicode11'
import type * as Xterm from '@xterm/headless'
import { expect, it, vi } from 'vitest'

import { afterThisTest } from './describe-concurrent.ts'
import { testFolder } from './folder.ts'
import { bin } from './hansard-process.ts'

/** The size of a terminal, and what a person types on it. */
export interface TerminalOptions {
  /** Default: 80. */
  readonly columns?: number
  /** Default: 24. */
  readonly rows?: number
  /** The whole environment, besides PATH and TERM. */
  readonly env?: Readonly<Record<string, string>>
  /** Default: the folder of this process. */
  readonly cwd?: string
  /** What is typed once the command has started. */
  readonly keys?: string
}

/** A command line that runs in a real pseudo-terminal, seen through xterm. */
export interface OnTerminal {
  readonly pid: number
  /** Returns the rows that a person sees now. */
  seen(): Promise<string[]>
  /** Waits until the rows that a person sees match. */
  untilSeen(pattern: RegExp): Promise<void>
  type(keys: string): void
  resize(columns: number, rows?: number): void
  kill(signal: NodeJS.Signals): void
  /** Closes the terminal, as a person closes its window. */
  close(): void
  readonly ended: Promise<Screen>
}

/** What a terminal shows after a command has ended. */
export interface Screen {
  /** All lines, those that were scrolled out of sight too; no spaces at their ends. */
  readonly lines: readonly string[]
  /** The rows in sight. */
  readonly rows: readonly string[]
  /** How many lines the terminal had to break, because they were wider than it. */
  readonly broken: number
  /** The exit code, or the number of the signal that killed the command, as -9. */
  readonly exit: number
}

/** Runs `hansard` in a pseudo-terminal and returns what a person sees. */
export function screenOf(args: readonly string[], options: TerminalOptions = {}): Promise<Screen> {
  return startHansardOnTerminal(args, options).ended
}

/** Starts `hansard` in a pseudo-terminal, through a link on PATH, as it is called when it is installed. */
export function startHansardOnTerminal(args: readonly string[], options: TerminalOptions = {}): OnTerminal {
  const folder = testFolder()
  const link = join(folder, 'hansard')
  symlinkSync(bin, link)
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, ...options.env }
  return startOnTerminal([process.execPath, link, ...args], { ...options, env })
}

/** Starts a program in a pseudo-terminal, such as a shell that runs a pipeline. */
export function startOnTerminal(
  [program = '', ...args]: readonly string[],
  { columns = 80, rows = 24, env = {}, keys, ...options }: TerminalOptions = {},
): OnTerminal {
  const xterm = newXterm(columns, rows)
  const pty = loadPty().spawn(program, args, {
    ...{ name: 'xterm-256color', cols: columns, rows },
    env: { PATH: process.env['PATH'], ...env },
    ...options,
  })
  const slave = holdOpen(pty)
  pty.onData((data) => xterm.write(data))
  xterm.onData((answer) => pty.write(answer))
  const ended = new Promise<Screen>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      closeSync(slave)
      xterm.write('', () => resolve(screenOn(xterm, signal ? -signal : exitCode)))
    })
  })
  stopAfterTest(pty, ended)
  if (keys !== undefined) pty.write(keys)
  const seen = () => new Promise<string[]>((resolve) => xterm.write('', () => resolve(rowsInSight(xterm))))
  return {
    pid: pty.pid,
    seen,
    untilSeen: (pattern) =>
      vi.waitFor(async () => expect((await seen()).join('\n')).toMatch(pattern), {
        timeout: 15_000,
        interval: 20,
      }),
    type: (text) => pty.write(text),
    resize: (width, height = rows) => {
      pty.resize(width, height)
      xterm.resize(width, height)
    },
    kill: (signal) => process.kill(pty.pid, signal),
    close: () => (pty as NodePty.IPty & { destroy(): void }).destroy(),
    ended,
  }
}

/** Returns the rows that a terminal shows after it has received this text. */
export async function rowsOf(text: string, columns: number, rows = 24): Promise<string[]> {
  const xterm = newXterm(columns, rows)
  await new Promise<void>((resolve) => xterm.write(text, resolve))
  return rowsInSight(xterm)
}

/** Defines a test that needs a pseudo-terminal. It is skipped where the system has none. */
export function itOnTerminal(title: string, test: () => Promise<void>, timeout = 60_000): void {
  it.skipIf(!hasTerminal())(`${title}, in a pseudo-terminal of @lydell/node-pty`, test, timeout)
}

const load = createRequire(import.meta.url)

/** Loads node-pty when a test needs it: it has binaries for some systems only. */
function loadPty() {
  return load('@lydell/node-pty') as typeof NodePty
}

function hasTerminal(): boolean {
  try {
    loadPty().spawn('true', [], {})
    return true
  } catch {
    return false
  }
}

function newXterm(columns: number, rows: number): Xterm.Terminal {
  const { Terminal } = load('@xterm/headless') as typeof Xterm
  const { Unicode11Addon } = load('@xterm/addon-unicode11') as typeof Unicode11
  const xterm = new Terminal({ cols: columns, rows, scrollback: 100_000, allowProposedApi: true })
  xterm.loadAddon(new Unicode11Addon())
  xterm.unicode.activeVersion = '11' // emojis take two cells, as in every terminal of today
  return xterm
}

/**
 * Opens the other side of a pseudo-terminal. When a program ends that was the last to have it open, node-pty loses what is beyond
 * 4,096 bytes of its last words, now and then.
 */
function holdOpen(pty: NodePty.IPty): number {
  const { _pty: path } = pty as NodePty.IPty & { readonly _pty: string }
  return openSync(path, constants.O_RDWR | constants.O_NOCTTY)
}

function stopAfterTest(pty: NodePty.IPty, ended: Promise<unknown>): void {
  let isRunning = true
  void ended.then(() => (isRunning = false))
  afterThisTest(async () => {
    if (!isRunning) return
    pty.kill('SIGKILL')
    await ended
  })
}

function screenOn(xterm: Xterm.Terminal, exit: number): Screen {
  const { active } = xterm.buffer
  const all = Array.from({ length: active.length }, (_, row) => active.getLine(row))
  const broken = all.filter((line) => line?.isWrapped).length
  const lines = all.map((line) => line?.translateToString(true) ?? '')
  return { lines: withoutEmptyEnd(lines), rows: rowsInSight(xterm), broken, exit }
}

function rowsInSight(xterm: Xterm.Terminal): string[] {
  const { active } = xterm.buffer
  const rows = Array.from({ length: xterm.rows }, (_, row) => active.getLine(active.viewportY + row))
  return withoutEmptyEnd(rows.map((line) => line?.translateToString(true) ?? ''))
}

function withoutEmptyEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1)
}
