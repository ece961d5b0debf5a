import { setTimeout as delay } from 'node:timers/promises'

import { interrupted } from './transport-errors.ts'

/** Time as the client sees it; tests hand in their own. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number
  /** Waits this many milliseconds; fails with `interrupted` as soon as the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** The real time. */
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
