import type { Headers } from './transport.ts'

const FIRST_BACKOFF_MS = 500
const MAX_BACKOFF_MS = 30_000

/**
 * Reads Retry-After, in seconds or as a date, and returns milliseconds. A date is compared with the Date header of the
 * same response, so that a wrong clock on either side does no harm.
 */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const value = headers['retry-after']?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const date = dateOf(value)
  if (date === undefined) return undefined
  const served = dateOf(headers['date'] ?? '') ?? now
  return Math.max(0, date.getTime() - served.getTime())
}

/** Parses an HTTP date. */
export function dateOf(value: string): Date | undefined {
  // Only the form that HTTP requires: Date.parse accepts nearly anything, even `-5`.
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(value)) return undefined
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** The wait after this many failures, in milliseconds: exponential, with full jitter. `random` returns 0 to 1. */
export function backoffMs(failures: number, random: () => number): number {
  return random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1))
}

/** Formats a wait for people. */
export function formatWait(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`
}
