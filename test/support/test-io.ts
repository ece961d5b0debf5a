import { PassThrough, Readable } from 'node:stream'

import type { Io } from '../../src/cli/io.ts'

/**
 * Creates the surroundings of a command: pipes, no environment, the machine's time, and a signal that never aborts, unless
 * given.
 */
export function testIo(given: Partial<Io> = {}): Io {
  return {
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    now: () => new Date(),
    signal: new AbortController().signal,
    name: 'a test',
    ...given,
  }
}

/** Creates a stdout or stderr that is a terminal. */
export function testTerminal(columns = 80): PassThrough & { readonly isTTY: true; readonly columns: number } {
  return Object.assign(new PassThrough(), { isTTY: true as const, columns })
}
