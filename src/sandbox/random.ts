/** A seeded random number generator. */
export interface Random {
  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number
  /** A string of hexadecimal digits. */
  hex(digits: number): string
}

/** Creates a generator that returns the same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    below: (limit) => next() % limit,
    hex: (digits) => {
      let out = ''
      while (out.length < digits) out += next().toString(16).padStart(8, '0')
      return out.slice(0, digits)
    },
  }
}

/** Hashes a text to 32 bits (FNV-1a). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
