import type { GroupRow } from './top-groups.ts'

/** Over more months than this, an axis of time would have no room for its bars. */
const LONGEST = 120

/** Adds the months without conversations between the first and the last, so that an axis of months is one of time. */
export function withEmptyMonths(rows: readonly GroupRow[]): readonly GroupRow[] {
  const known = new Map(rows.map((row) => [numberOf(row.label), row]))
  const undated = rows.filter(({ label }) => numberOf(label) === undefined)
  const numbers = [...known.keys()].filter((number) => number !== undefined)
  const [first = 0, last = -1] = [numbers[0], numbers.at(-1)]
  if (last - first >= LONGEST) return rows
  const months = Array.from({ length: last - first + 1 }, (_, i) => first + i)
  return [...months.map((number) => known.get(number) ?? emptyMonth(number)), ...undated]
}

/** Months since the year 0; undefined for a row that is no month. */
function numberOf(label: string): number | undefined {
  const [, year, month] = /^(\d{4})-(\d\d)$/.exec(label) ?? []
  return year === undefined ? undefined : Number(year) * 12 + Number(month) - 1
}

function emptyMonth(number: number): GroupRow {
  const year = String(Math.floor(number / 12)).padStart(4, '0')
  const label = `${year}-${String((number % 12) + 1).padStart(2, '0')}`
  return { label, conversations: 0, entries: 0, estimatedTokens: 0 }
}
