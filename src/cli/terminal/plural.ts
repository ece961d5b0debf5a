/** A number with its noun: `1 entry`, `2 entries`. */
export function plural(number: number, noun: string): string {
  const plural = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`
}
