import type { Clock } from '../../src/api/clock.ts'

/** A clock that moves only when somebody sleeps or a test sets its time. */
export class SkippingClock implements Clock {
  time = 0
  /** Every sleep, in milliseconds. */
  readonly sleeps: number[] = []

  now(): number {
    return this.time
  }

  sleep(ms: number): Promise<void> {
    this.sleeps.push(ms)
    this.time += ms
    return Promise.resolve()
  }
}
