import { cutTimeUtc, instantOf, parseDate } from './instant.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY

/** What a person may type as a date, for hints. */
export const DATE_EXAMPLES =
  '3d, 12h, 2 weeks, yesterday, 2026-11, 2026-11-22, 2026-11-22T08:00 (UTC) or 2026-11-22T08:00+01:00'

/** What a person may type as an age, for hints. */
export const AGE_EXAMPLES = '30min, 12h, 3d, 2 weeks or 6 months'

/**
 * Parses a date that a person typed, as `parseDate` does, or one relative to `now`: an age (`3d`, `2 weeks`, `1 month
 * ago`), `today` or `yesterday`. Days begin at midnight UTC. Returns its first moment as `instantOf` formats it, or
 * undefined if the text is not a date.
 */
export function parseDateNear(text: string, now: Date): string | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'today') return parseDate(now.toISOString().slice(0, 10))
  if (word === 'yesterday') return parseDate(new Date(now.getTime() - DAY).toISOString().slice(0, 10))
  return parseAge(text, now) ?? parseDate(text.trim())
}

/** Parses an age that a person typed, such as `3d` or `2 weeks`. Returns the moment that long before `now`. */
export function parseAge(text: string, now: Date): string | undefined {
  const [, count, unit = ''] = AGE.exec(text.trim()) ?? []
  const known = Object.entries(units).find(([, { names }]) => names.includes(unit.toLowerCase()))
  if (count === undefined || known === undefined) return undefined
  const moment = known[1].before(now, Number(count))
  return Number.isNaN(moment.getTime()) ? undefined : instantOf(moment.toISOString())
}

const AGE = /^(\d{1,6})\s*([a-z]+)(?: ago)?$/i

const fixed = (milliseconds: number) => (now: Date, count: number) =>
  new Date(now.getTime() - count * milliseconds)

/** Without a bare `m`, which some tools read as minutes and others as months. */
const units = {
  minute: { names: ['min', 'mins', 'minute', 'minutes'], before: fixed(MINUTE) },
  hour: { names: ['h', 'hr', 'hrs', 'hour', 'hours'], before: fixed(HOUR) },
  day: { names: ['d', 'day', 'days'], before: fixed(DAY) },
  week: { names: ['w', 'wk', 'week', 'weeks'], before: fixed(WEEK) },
  month: { names: ['mo', 'month', 'months'], before: monthsBefore },
  year: {
    names: ['y', 'yr', 'year', 'years'],
    before: (now: Date, years: number) => monthsBefore(now, 12 * years),
  },
}

/** One month before March 31 is the last day of February, not March 3. */
function monthsBefore(now: Date, months: number): Date {
  const moment = new Date(now)
  moment.setUTCMonth(now.getUTCMonth() - months)
  if (moment.getUTCDate() !== now.getUTCDate()) moment.setUTCDate(0)
  return moment
}

/** Formats how long ago a time was: `2 h ago`. Text that is not a time is unchanged. */
export function formatAge(time: string, now: Date): string {
  const instant = instantOf(time)
  if (instant === undefined) return time
  const age = now.getTime() - Date.parse(instant)
  if (Math.abs(age) < MINUTE) return 'just now'
  return age > 0 ? `${formatSpan(age)} ago` : `in ${formatSpan(-age)}`
}

/** Formats a time for people: when it was, and how long ago: `2026-11-25 03:00 UTC (2 h ago)`. */
export function formatWhen(time: string, now: Date): string {
  return instantOf(time) === undefined ? time : `${cutTimeUtc(time, 'minute')} (${formatAge(time, now)})`
}

/** Formats a span in the largest unit that says enough, rounded down. */
function formatSpan(milliseconds: number): string {
  const days = milliseconds / DAY
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} min`
  if (days < 1) return `${Math.floor(milliseconds / HOUR)} h`
  if (days < 14) return counted(days, 'day')
  if (days < 61) return counted(days / 7, 'week')
  if (days < 731) return counted(days / 30.44, 'month')
  return counted(days / 365.25, 'year')
}

function counted(count: number, unit: string): string {
  const whole = Math.floor(count)
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`
}
