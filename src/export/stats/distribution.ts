import { formatNumber } from '../../model/plural.ts'

/** A range of values, and how many there are in it. */
export interface Bin {
  /** `3–4`, `over 64`. */
  readonly label: string
  readonly count: number
}

/** Counts values by ranges. */
export class Distribution {
  readonly #limits: readonly number[]
  readonly #isWhole: boolean
  readonly #counts: number[]

  /**
   * @param limits the highest value of each range, in order; one more range has all that are higher
   * @param isWhole whether the values are whole numbers, so that a range begins one after the end of the one before
   */
  constructor(limits: readonly number[], isWhole: boolean) {
    this.#limits = limits
    this.#isWhole = isWhole
    this.#counts = Array<number>(limits.length + 1).fill(0)
  }

  add(value: number): void {
    const found = this.#limits.findIndex((limit) => value <= limit)
    const at = found === -1 ? this.#limits.length : found
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  /** The ranges from the first to the last that has values; none if there are no values. */
  bins(): Bin[] {
    const first = this.#counts.findIndex((count) => count > 0)
    const last = this.#counts.findLastIndex((count) => count > 0)
    return this.#counts
      .map((count, i) => ({ label: this.#labelOf(i), count }))
      .slice(Math.max(first, 0), last + 1)
  }

  #labelOf(i: number): string {
    const [below, limit] = [this.#limits[i - 1], this.#limits[i]]
    if (limit === undefined) return `over ${formatNumber(below ?? 0)}`
    const from = below === undefined ? 0 : this.#isWhole ? below + 1 : below
    return from === limit ? formatNumber(limit) : `${formatNumber(from)}–${formatNumber(limit)}`
  }
}
