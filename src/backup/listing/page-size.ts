import { isHansardError, type HansardError } from '../../errors.ts'

/** The statuses with which a service may refuse a page size. */
const REFUSALS = new Set<number | undefined>([400, 413, 422])

/**
 * How many rows of the listing to ask for at once. Nobody knows the largest size: most services grant fewer rows than
 * they are asked for, some refuse. A size that was refused is halved, and stays halved for as long as this object is used.
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
   * Halves the size if this error refuses it, or the page was too large for memory; false where a smaller page would not help.
   *
   * @param isSureOfRest nothing else in the request can have been refused, whatever the words of the error are
   */
  shrink(thrown: unknown, size: number, isSureOfRest: boolean): boolean {
    if (size <= 1 || !isHansardError(thrown)) return false
    if (thrown.code !== 'too-large' && !isRefusal(thrown, isSureOfRest)) return false
    this.#size = Math.floor(Math.min(size, this.#size) / 2)
    return true
  }
}

function isRefusal({ code, status, message }: HansardError, isSureOfRest: boolean): boolean {
  return code === 'request-refused' && REFUSALS.has(status) && (isSureOfRest || /page.?size/i.test(message))
}
