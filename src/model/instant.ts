const RFC_3339 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/i
/** Matches times in UTC on a day that every month has, which are most, so that no calendar is needed. */
const PLAIN =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]))[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?Z?$/i
const NAMED = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d)(.*))?)?)?$/i

/**
 * Normalizes a time of the API to a form that sorts by time: UTC with microseconds (`2026-11-22T08:17:10.123456Z`). A
 * time without a zone is in UTC, as the API means it. Returns undefined if the text is not a time.
 */
export function instantOf(text: string): string | undefined {
  const plain = PLAIN.exec(text)
  if (plain !== null) return `${plain[1] ?? ''}T${plain[2] ?? ''}.${sixDigits(plain[3])}Z`
  const [, day, time, fraction, zone = 'Z'] = RFC_3339.exec(text) ?? []
  if (day === undefined || time === undefined) return undefined
  const milliseconds = Date.parse(`${day}T${time}${withColon(zone.toUpperCase())}`)
  // Date.parse turns February 30 into March 2.
  if (Number.isNaN(milliseconds) || !new Date(day).toISOString().startsWith(day)) return undefined
  const instant = new Date(milliseconds).toISOString()
  // In UTC, a time with a zone may be before the year 0 or after 9999, which this form cannot say.
  return /^\d{4}-/.test(instant) ? `${instant.slice(0, 19)}.${sixDigits(fraction)}Z` : undefined
}

/**
 * Parses a date that a person typed: a year, a month, a day (all in UTC) or a time (`2026-11-22T08:17`). Returns its
 * first moment, or undefined if the text is not a date.
 */
export function parseDate(text: string): string | undefined {
  const [, year, month = '01', day = '01', time = '00:00', rest = ''] = NAMED.exec(text) ?? []
  return year === undefined
    ? undefined
    : instantOf(`${year}-${month}-${day}T${time}${/^:\d\d/.test(rest) ? '' : ':00'}${rest}`)
}

/** Parses a time of the API to microseconds since 1970 (UTC). Returns undefined if the text is not a time. */
export function microsecondsOf(text: string): bigint | undefined {
  const instant = instantOf(text)
  if (instant === undefined) return undefined
  return BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) * 1000n + BigInt(instant.slice(20, 26))
}

const CUTS = { day: 10, minute: 16, second: 19 } as const

/** Formats a time for people, cut to a day, minute or second, in UTC without naming the zone. Other text is unchanged. */
export function cutTime(text: string, to: keyof typeof CUTS): string {
  return instantOf(text)?.slice(0, CUTS[to]).replace('T', ' ') ?? text
}

/** Formats a time for people, with its zone: `2026-11-22 08:17 UTC`. */
export function cutTimeUtc(text: string, to: 'minute' | 'second'): string {
  return instantOf(text) === undefined ? text : `${cutTime(text, to)} UTC`
}

/** Returns the month of a normalized time: `2026-11`. */
export function monthOf(instant: string): string {
  return instant.slice(0, 7)
}

function sixDigits(fraction = ''): string {
  return fraction.slice(0, 6).padEnd(6, '0')
}

function withColon(zone: string): string {
  return zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
}
