import { InvalidArgumentError } from 'commander'

/** Parses a file name. Rejects the empty name, which a script passes when its variable is not set. */
export function fileName(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('Expected a file name, got an empty text.')
}

/** Returns a parser for a whole number from `least` to `most`. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    throw new InvalidArgumentError(`Expected a whole number ${range}.`)
  }
}

/** Parses a rate, in requests per second; less than one is possible. */
export function rate(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0
  if (value > 0) return value
  throw new InvalidArgumentError('Expected a number greater than zero, such as 5 or 0.5.')
}

const UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 }

/** Parses a duration such as `6h` to seconds. */
export function duration(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(s|min|h|d)$/.exec(text.trim()) ?? []
  const seconds = Number(number) * (UNITS[unit] ?? NaN)
  // Node's timers take 24 days at most.
  if (seconds > 0 && seconds <= 20 * 86_400) return seconds
  throw new InvalidArgumentError('Expected a duration up to 20 days, such as 90min, 6h or 1d.')
}

/** Checks a time of day such as `03:15`. */
export function timeOfDay(text: string): string {
  if (/^([01]?\d|2[0-3]):[0-5]\d$/.test(text)) return text
  throw new InvalidArgumentError('Expected a time of day such as 03:15.')
}

/** Parses a size such as `20kb` to bytes; a kilobyte has 1,024. */
export function bytes(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(text) ?? []
  if (number === undefined)
    throw new InvalidArgumentError('Expected a size such as 500000, 20kb, 10mb or 1gb.')
  return Math.floor(Number(number) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' '))
}
