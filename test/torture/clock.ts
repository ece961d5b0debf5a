import { setImmediate as yieldToOthers } from 'node:timers/promises'

import type { Clock } from '../../src/api/clock.ts'

/** A clock shared by a client and its sandbox, which skips the time that the client sleeps. */
export interface SkippingClock extends Clock {
  /** The same time as a Date, for the sandbox. */
  readonly date: () => Date
  skip(ms: number): void
}

/** Creates a clock that skips sleep, so that retries take no time. */
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
