import { isHansardError } from '../../errors.ts'

/** Codes of the errors that would affect every other conversation too. */
const fatal = new Set([
  ...['key-refused', 'payment-required', 'no-allowance', 'interrupted'],
  ...['file', 'archive-damaged', 'archive-locked'],
])

/** Returns whether an error ends the whole run. Any other error concerns one item, and the run goes on. */
export function isFatal(thrown: unknown): boolean {
  return isHansardError(thrown) && fatal.has(thrown.code)
}
