/** What the backups of a day came to. */
export type Verdict = 'complete' | 'partial' | 'missed'

/** A day of the calendar. */
export interface Night {
  /** In UTC: `2026-11-22`. */
  readonly day: string
  readonly verdict: Verdict
}

const DAY = 24 * 60 * 60 * 1000

/** A calendar has at most this many days, the latest. */
const MAX_DAYS = 371

/**
 * Returns the days from the first backup to the last day: those without a backup were missed, and a backup that was not
 * complete is partial unless another of the same day was complete.
 */
export function nightsOf(
  days: readonly { readonly day: string; readonly isComplete: 0 | 1 }[],
  today?: string,
): Night[] {
  const known = new Map(days.map(({ day, isComplete }) => [day, isComplete === 1] as const))
  const [first, last] = [days[0]?.day, days.at(-1)?.day]
  if (first === undefined || last === undefined) return []
  const end = Date.parse(today !== undefined && today > last ? today : last)
  const begin = Math.max(Date.parse(first), end - (MAX_DAYS - 1) * DAY)
  const nights: Night[] = []
  for (let time = begin; time <= end; time += DAY) {
    const day = new Date(time).toISOString().slice(0, 10)
    const isComplete = known.get(day)
    const isToday = day === today && isComplete === undefined // its backup may be still to come
    if (!isToday) nights.push({ day, verdict: verdictOf(isComplete) })
  }
  return nights
}

function verdictOf(isComplete: boolean | undefined): Verdict {
  if (isComplete === undefined) return 'missed'
  return isComplete ? 'complete' : 'partial'
}
