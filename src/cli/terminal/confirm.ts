import { createInterface } from 'node:readline/promises'

import { HansardError } from '../../errors.ts'
import type { Io } from '../io.ts'

/** Returns whether a person can be asked. */
export function canConfirm({ stdin, stderr }: Io): boolean {
  return stdin.isTTY === true && stderr.isTTY === true
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
