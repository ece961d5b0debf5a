import { createInterface } from 'node:readline/promises'

import { HansardError } from '../../errors.ts'
import type { Io } from '../io.ts'

/**
 * Refuses to go on where nobody can be asked.
 *
 * @param hint what to look at, and the option that answers beforehand
 * @throws HansardError `usage`
 */
export function refuseWithoutTerminal({ stdin, stderr }: Io, hint: string): void {
  if (stdin.isTTY === true && stderr.isTTY === true) return
  throw new HansardError('usage', 'Cannot ask for confirmation: not a terminal', { hint })
}

/** Asks on the terminal; every answer except y and yes means no. */
export async function confirm(question: string, { stdin, stderr, signal }: Io): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stderr, terminal: false })
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim())
  } catch (cause) {
    if (signal.aborted) throw new HansardError('interrupted', 'Interrupted, nothing was done', { cause })
    throw cause
  } finally {
    lines.close()
  }
}
