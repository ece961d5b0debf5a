import type { Clock } from '../../src/api/clock.ts'
import { interrupted } from '../../src/api/transport-errors.ts'

/** A clock that stands still until a test advances it. */
export interface ManualClock extends Clock {
  /** Advances the time, and wakes the sleepers that are due, in order of time. */
  advance(ms: number): Promise<void>
  /** The number of sleepers. */
  readonly sleeping: number
}

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** Makes a clock that starts at zero. */
export function manualClock(): ManualClock {
  let now = 0
  let sleepers: Sleeper[] = []
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    now: () => now,
    get sleeping() {
      return sleepers.length
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(interrupted())
        const giveUp = () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(interrupted())
        }
        const wake = () => {
          signal?.removeEventListener('abort', giveUp)
          resolve()
        }
        const sleeper = { until: now + ms, wake }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', giveUp)
      }),
    async advance(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const next = Math.min(...sleepers.map(({ until }) => until))
        if (next > end) break
        now = next
        const due = sleepers.filter(({ until }) => until <= now)
        sleepers = sleepers.filter(({ until }) => until > now)
        for (const { wake } of due) wake()
        await settle()
      }
      now = end
    },
  }
}
