import { hash } from 'node:crypto'

/** So many requests in a row must bring nothing new before only a sample of them is sent. */
export interface SampleSize {
  readonly first: number
  readonly percent: number
}

/** Every request is sent. */
export const EVERY: SampleSize = { first: Infinity, percent: 100 }

/**
 * Decides which requests to send when most of them bring nothing new: all at first, then a sample, and all of the rest as
 * soon as one brought something. The sample depends on the ids alone, so that a run can be repeated.
 */
export class Sampling {
  readonly #size: SampleSize
  #inVain: number
  #hasGained = false

  /** @param inVain how many requests in a row have already brought nothing */
  constructor(size: SampleSize, inVain = 0) {
    this.#size = size
    this.#inVain = inVain
  }

  wants(id: string): boolean {
    return this.#hasGained || this.#inVain < this.#size.first || placeOf(id) < this.#size.percent / 100
  }

  /** Notes whether a request has brought something new. */
  note(isNew: boolean): void {
    this.#inVain = isNew ? 0 : this.#inVain + 1
    this.#hasGained ||= isNew
  }

  /** How many requests in a row have brought nothing. */
  get inVain(): number {
    return this.#inVain
  }

  /** Whether any request has brought something new. */
  get hasGained(): boolean {
    return this.#hasGained
  }
}

/** Returns a number from 0 to below 1 that is the same for the same id. */
function placeOf(id: string): number {
  return hash('sha256', id, 'buffer').readUInt32BE(0) / 2 ** 32
}
