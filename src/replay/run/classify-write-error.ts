import { UnsentError } from '../../api/transport-errors.ts'
import { isHansardError, type ErrorCode } from '../../errors.ts'

/**
 * What a failed write did. `refused` and `unsent`: certainly nothing. `busy`: nothing, and it may be sent again.
 * `unknown`: it may or may not have been done.
 */
export type WriteOutcome = 'refused' | 'unsent' | 'busy' | 'unknown'

const outcomes: Partial<Record<ErrorCode, WriteOutcome>> = {
  usage: 'unsent',
  budget: 'unsent',
  'rate-limited': 'unsent',
  'no-allowance': 'unsent',
  'key-refused': 'refused',
  'payment-required': 'refused',
  'request-refused': 'refused',
  'not-found': 'refused',
}

const ending = new Set([
  ...['usage', 'key-refused', 'payment-required', 'no-allowance'],
  ...['rate-limited', 'interrupted', 'file'],
])

/** Classifies a failed write. Every error that is not known to be harmless is `unknown`. */
export function classifyWriteError(thrown: unknown, operation: 'start' | 'append'): WriteOutcome {
  if (thrown instanceof UnsentError) return 'unsent'
  if (!isHansardError(thrown)) return 'unknown'
  // A conversation that is still being written to responds with 409; a new one cannot.
  if (thrown.code === 'conflict' && operation === 'append') return 'busy'
  return outcomes[thrown.code] ?? 'unknown'
}

/** Returns whether every further request would fail in the same way. */
export function endsRun(thrown: unknown): boolean {
  return isHansardError(thrown) && ending.has(thrown.code)
}
