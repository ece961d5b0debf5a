/** Formats a number for people: `1,500`. Loading what `toLocaleString` needs takes a tenth of the time of a short command. */
export function formatNumber(number: number): string {
  if (!Number.isSafeInteger(number)) return number.toLocaleString('en')
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** Formats a number with three digits, for estimates and narrow columns: `950`, `26.9M`. */
export function formatCompact(number: number): string {
  return number.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 })
}

/** Formats a number with its noun: `1 entry`, `1,500 entries`. A compound noun needs its plural: `agents or files`. */
export function plural(number: number, noun: string, nouns = regularPlural(noun)): string {
  return `${formatNumber(number)} ${number === 1 ? noun : nouns}`
}

function regularPlural(noun: string): string {
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`
}

/** Formats bytes in millions: `13.7 MB`. */
export function formatMegabytes(bytes: number): string {
  const tenths = Math.round(bytes / 1e5)
  return `${formatNumber(Math.trunc(tenths / 10))}.${tenths % 10} MB`
}

/** Formats counts as a list: `312 new, 0 updated`. */
export function formatCounts(counts: Readonly<Record<string, number>>, separator = ', '): string {
  return Object.entries(counts)
    .map(([word, number]) => `${formatNumber(number)} ${word}`)
    .join(separator)
}

/** Returns the counts that are not zero. */
export function nonZero(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0))
}
