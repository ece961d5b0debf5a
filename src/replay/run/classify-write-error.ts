import { UnsentError } from '../../api/transport-errors.ts'
import { isHansardError, type ErrorCode } from '../../errors.ts'

/**
 * What a failed write says about itself. `refused` and `unsent`: certainly not done. `busy`: not done, and may be tried
 * again. `unknown`: done or not, nobody can tell from here.
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

/** Judges a failed write. Whatever is not known to be harmless is unknown. */
export function classifyWriteError(thrown: unknown, operation: 'start' | 'append'): WriteOutcome {
  if (thrown instanceof UnsentError) return 'unsent'
  if (!isHansardError(thrown)) return 'unknown'
  // 409 is what a conversation says that is still being written to; a new one can't be.
  if (thrown.code === 'conflict' && operation === 'append') return 'busy'
  return outcomes[thrown.code] ?? 'unknown'
}

/** Tells whether every further request would end the same way. */
export function endsRun(thrown: unknown): boolean {
  return (
    isHansardError(thrown) &&
    [
      'usage',
      'key-refused',
      'payment-required',
      'no-allowance',
      'rate-limited',
      'interrupted',
      'file',
    ].includes(thrown.code)
  )
}
