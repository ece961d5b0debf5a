import { HansardError } from '../errors.ts'

/** An error of a request that certainly did not arrive, so that it may be retried. */
export class UnsentError extends HansardError {}

/** The service refuses all requests, for longer than a call waits. Retrying would not help. */
export class RefusingError extends HansardError {}

/** Makes the error of a call whose signal fired. */
export function interrupted(): HansardError {
  return new HansardError('interrupted', 'The call was interrupted')
}
