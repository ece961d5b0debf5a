import { isHansardError, type HansardError } from '../../errors.ts'

/** The HTTP statuses with which a service may refuse a page size. */
const REFUSALS = new Set<number | undefined>([400, 413, 422])

/**
 * The number of rows to request per page of the listing. The largest allowed size is unknown: most services return fewer
 * rows than requested, some refuse. A refused size is halved for as long as this object is used.
 */
export class PageSize {
  #size: number

  constructor(size: number) {
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  /**
   * Halves the size if an error refuses it, or if the page was too large for memory.
   *
   * @param isOnlyCause nothing but the page size can have been refused, whatever the error message says
   * @returns false if a smaller page would not help
   */
  shrink(thrown: unknown, size: number, isOnlyCause: boolean): boolean {
    if (size <= 1 || !isHansardError(thrown)) return false
    if (thrown.code !== 'too-large' && !isRefusal(thrown, isOnlyCause)) return false
    this.#size = Math.floor(Math.min(size, this.#size) / 2)
    return true
  }
}

function isRefusal({ code, status, message }: HansardError, isOnlyCause: boolean): boolean {
  return code === 'request-refused' && REFUSALS.has(status) && (isOnlyCause || /page.?size/i.test(message))
}
