import { onAbort } from './on-abort.ts'
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
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(interrupted())
      const ignoreAbort = onAbort(signal, () => {
        clearTimeout(timer)
        ignoreAbort()
        reject(interrupted())
      })
      const wake = () => {
        ignoreAbort()
        resolve()
      }
      const timer = setTimeout(wake, ms)
    }),
}
