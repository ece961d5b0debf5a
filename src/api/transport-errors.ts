import { HansardError } from '../errors.ts'

/** The request certainly did not arrive. */
export class UnsentError extends HansardError {}

/** The error of a call whose signal fired. */
export function interrupted(): HansardError {
  return new HansardError('interrupted', 'The call was interrupted')
}
