import { isHansardError, type HansardError } from '../../errors.ts'

/** The HTTP statuses with which a service may refuse a page size. */
const REFUSALS = new Set<number | undefined>([400, 413, 422])

/** Sizes to try: caps are round numbers, and halving 1,000 would miss 100. */
const SIZES = [1000, 500, 200, 100, 50, 20, 10, 5, 2, 1]

/**
 * The number of rows to request per page of the listing. The largest allowed size is unknown: most services return fewer
 * rows than requested, some refuse. After a refusal the next smaller size is used as long as this object is.
 */
export class PageSize {
  #size: number
  #granted: number | undefined

  constructor(size: number) {
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  /** The most rows that the service is known to return for a page; undefined if the listing was too short to tell. */
  get granted(): number | undefined {
    return this.#granted
  }

  grant(rows: number): void {
    this.#granted = rows
  }

  /**
   * Reduces the size if an error refuses it, or if the page was too large for memory.
   *
   * @param isOnlyCause nothing but the page size can have been refused, whatever the error message says
   * @returns false if a smaller page would not help
   */
  shrink(thrown: unknown, size: number, isOnlyCause: boolean): boolean {
    if (size <= 1 || !isHansardError(thrown)) return false
    if (thrown.code !== 'too-large' && !isRefusal(thrown, isOnlyCause)) return false
    const smaller = Math.min(size, this.#size) - 1
    this.#size = SIZES.find((candidate) => candidate <= smaller) ?? 1
    return true
  }
}

function isRefusal({ code, status, message }: HansardError, isOnlyCause: boolean): boolean {
  return code === 'request-refused' && REFUSALS.has(status) && (isOnlyCause || /page.?size/i.test(message))
}
