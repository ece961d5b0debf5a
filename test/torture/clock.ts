import { setImmediate as yieldToOthers } from 'node:timers/promises'

import type { Clock } from '../../src/api/clock.ts'

/** A clock for a client and its sandbox together, that skips what the client sleeps. */
export interface SkippingClock extends Clock {
  /** The same time as a date, for the sandbox. */
  readonly date: () => Date
  skip(ms: number): void
}

/** Makes a clock that jumps over sleep, so that patience costs no time. */
export function skippingClock(): SkippingClock {
  const begin = Date.now()
  let skipped = 0
  const now = () => performance.now() + skipped
  const zero = now()
  return {
    now,
    date: () => new Date(begin + now() - zero),
    skip: (ms) => void (skipped += ms),
    async sleep(ms, signal) {
      skipped += ms
      await yieldToOthers(undefined, { signal })
    },
  }
}
