const RFC_3339 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/i
/** What needs no calendar: most moments are in UTC, on a day that every month has. */
const PLAIN =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]))[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?Z?$/i
const NAMED = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d)(.*))?)?)?$/i

/**
 * A moment as the API writes it, in one form that sorts as time does: UTC, six digits of a second
 * (`2026-11-22T08:17:10.123456Z`). Without a zone it is taken for UTC, as the API means it; undefined where it is no moment.
 */
export function instantOf(text: string): string | undefined {
  const plain = PLAIN.exec(text)
  if (plain !== null) return `${plain[1] ?? ''}T${plain[2] ?? ''}.${sixDigits(plain[3])}Z`
  const [, day, time, fraction, zone = 'Z'] = RFC_3339.exec(text) ?? []
  if (day === undefined || time === undefined) return undefined
  const milliseconds = Date.parse(`${day}T${time}${withColon(zone.toUpperCase())}`)
  // Date.parse lets the 30th of February be the 2nd of March.
  if (Number.isNaN(milliseconds) || !isDay(day)) return undefined
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${sixDigits(fraction)}Z`
}

/**
 * The moment at which what people name begins: a year, a month, a day (all in UTC) or a moment (`2026-11-22T08:17`).
 * Undefined where it is none.
 */
export function parseDate(text: string): string | undefined {
  const [, year, month = '01', day = '01', time = '00:00', rest = ''] = NAMED.exec(text) ?? []
  return year === undefined
    ? undefined
    : instantOf(`${year}-${month}-${day}T${time}${/^:\d\d/.test(rest) ? '' : ':00'}${rest}`)
}

/** A moment as the API writes it, in microseconds since 1970 (UTC); undefined where it is no moment. */
export function microsecondsOf(text: string): bigint | undefined {
  const instant = instantOf(text)
  if (instant === undefined) return undefined
  const milliseconds = Date.parse(`${instant.slice(0, 19)}Z`)
  return Number.isNaN(milliseconds) ? undefined : BigInt(milliseconds) * 1000n + BigInt(instant.slice(20, 26))
}

const CUTS = { day: 10, minute: 16, second: 19 } as const

/** A moment for people, in UTC without saying so, cut to a day, minute or second. What is no moment stays as it is. */
export function cutTime(text: string, to: keyof typeof CUTS): string {
  return instantOf(text)?.slice(0, CUTS[to]).replace('T', ' ') ?? text
}

/** The same, with the zone: `2026-11-22 08:17 UTC`. */
export function cutTimeUtc(text: string, to: 'minute' | 'second'): string {
  return instantOf(text) === undefined ? text : `${cutTime(text, to)} UTC`
}

/** The month of a moment in that form: `2026-11`. */
export function monthOf(instant: string): string {
  return instant.slice(0, 7)
}

function sixDigits(fraction = ''): string {
  return fraction.slice(0, 6).padEnd(6, '0')
}

function withColon(zone: string): string {
  return zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
}

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}
