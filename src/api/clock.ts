import { setTimeout as delay } from 'node:timers/promises'

import { interrupted } from './transport-errors.ts'

/** The clock of a client; tests inject their own. */
export interface Clock {
  /** Monotonic time in milliseconds. */
  now(): number
  /** Waits for this many milliseconds. Fails with `interrupted` as soon as the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal })
    } catch {
      throw interrupted()
    }
  },
}
