import { isHansardError } from '../../errors.ts'

/** What makes going on pointless, for this conversation and for all others. */
const fatal = new Set([
  ...['key-refused', 'payment-required', 'no-allowance', 'interrupted'],
  ...['file', 'archive-damaged', 'archive-locked'],
])

/** Tells whether an error ends the whole run; anything else is about one item, and the rest goes on. */
export function isFatal(thrown: unknown): boolean {
  return isHansardError(thrown) && fatal.has(thrown.code)
}
